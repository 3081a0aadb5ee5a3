#pragma once

#include <fibers/detail/durations.hpp>
#include <fibers/detail/waiting_room.hpp>

#include <chrono>
#include <cstddef>
#include <system_error>

namespace fibers {

/// A moment to wait for, which may be moved while others wait for it: asio::steady_timer with a wait
/// that blocks. For a mere pause there is this_fiber::sleep_for.
///
/// *May be used by* any number of fibers of any worker and runtime, and plain threads, together.
class steady_timer {
  public:
    using clock_type = std::chrono::steady_clock;
    using duration = clock_type::duration;
    using time_point = clock_type::time_point;

    /// Has expired long ago.
    steady_timer() noexcept = default;
    explicit steady_timer(time_point expiry) noexcept : expiry_(expiry) {}
    template <class Rep, class Period>
    explicit steady_timer(const std::chrono::duration<Rep, Period>& timeout) noexcept
        : expiry_(detail::deadline_after(detail::saturated(timeout))) {}

    /// Sets the moment, and ends the waits for the former one as cancel() does; returns how many.
    std::size_t expires_at(time_point expiry) noexcept;
    template <class Rep, class Period>
    std::size_t expires_after(const std::chrono::duration<Rep, Period>& timeout) noexcept {
        return expires_at(detail::deadline_after(detail::saturated(timeout)));
    }

    time_point expiry() const noexcept;

    /// Ends all waits, which fail with errc::operation_canceled; returns how many. It does nothing to those
    /// that begin later.
    std::size_t cancel() noexcept;

    /// *Suspends until* the moment has come; not at all where it has.
    /// *Fails with* errc::operation_canceled (cancel(), expires_at(), expires_after(), or a stop),
    /// errc::timed_out (ambient deadline).
    void wait();
    void wait(std::error_code& ec);

  private:
    std::size_t claim_all(detail::agent_list& claimed) noexcept;

    mutable detail::waiting_room waiters_; // its lock guards the moment
    time_point expiry_{};
};

} // namespace fibers
