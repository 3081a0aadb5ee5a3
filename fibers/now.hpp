#pragma once

#include <fibers/detail/clock.hpp>

#include <chrono>

namespace fibers {

/// This moment, by the clock that every deadline and timeout goes by.
inline std::chrono::steady_clock::time_point now() noexcept {
    return detail::now();
}

} // namespace fibers
