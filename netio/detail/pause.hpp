#pragma once

#include <fibers/this_fiber.hpp>

#include <algorithm>
#include <chrono>
#include <system_error>
#include <utility>

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

/// The pauses in a shortage of descriptors or memory: longer and longer, 5 to 100 ms, until it is over.
class shortage_pauses {
  public:
    /// As pause().
    std::error_code wait() { return pause(std::exchange(next_, std::min(2 * next_, longest))); }
    void restart() noexcept { next_ = shortest; }

  private:
    static constexpr std::chrono::milliseconds shortest{5}, longest{100};

    std::chrono::milliseconds next_ = shortest;
};

} // namespace netio::detail
