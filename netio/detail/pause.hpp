#pragma once

#include <fibers/this_fiber.hpp>

#include <chrono>
#include <system_error>

namespace netio::detail {

/// Waits before the next try of what the kernel tells nobody the time for.
/// *Suspends* for so long. *Fails with* std::errc::timed_out (deadline), operation_canceled (stop).
inline std::error_code pause(std::chrono::milliseconds time) {
    try {
        fibers::this_fiber::sleep_for(time);
        return {};
    } catch (const std::system_error& interrupted) {
        return interrupted.code();
    }
}

} // namespace netio::detail
