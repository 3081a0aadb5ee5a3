#pragma once

#include <fibers/detail/clock.hpp>

#include <algorithm>
#include <chrono>

namespace fibers::detail {

/// Any duration in nanoseconds, rounded up so that nothing wakes too early; what does not fit
/// becomes the longest or the shortest that does.
template <class Rep, class Period>
constexpr std::chrono::nanoseconds saturated(const std::chrono::duration<Rep, Period>& d) noexcept {
    using nanoseconds = std::chrono::nanoseconds;
    using wide = std::chrono::duration<long double, std::nano>;
    const wide exact = d;
    if (!(exact < wide(nanoseconds::max())))
        return nanoseconds::max();
    if (exact < wide(nanoseconds::min()))
        return nanoseconds::min();
    return std::chrono::ceil<nanoseconds>(d);
}

/// From now until a moment of any clock, as saturated() gives it.
template <class Clock, class Duration>
std::chrono::nanoseconds
time_until(const std::chrono::time_point<Clock, Duration>& moment) noexcept {
    static_assert(std::chrono::is_clock_v<Clock>, "the moment must be one of a clock");
    // In floating point: the difference of two moments can be too much for their own type.
    using wide = std::chrono::duration<long double, std::nano>;
    return saturated(wide(moment.time_since_epoch()) - wide(Clock::now().time_since_epoch()));
}

/// How late a wait notices that its clock has been set forward.
inline constexpr std::chrono::milliseconds clock_check_interval{250};

/// When to look at the clock of `moment` again: when the moment should have come; earlier where the
/// clock may be set. For waits that lose nothing by beginning anew.
template <class Clock, class Duration>
time_point next_look(const std::chrono::time_point<Clock, Duration>& moment) noexcept {
    std::chrono::nanoseconds left = time_until(moment);
    if constexpr (!Clock::is_steady)
        left = std::min<std::chrono::nanoseconds>(left, clock_check_interval);
    return deadline_after(left);
}

/// Calls `attempt(deadline)` until it succeeds or `moment` of any clock has come. A clock that is
/// not ours is looked at again after each attempt: it may have been set back, or be slow. That it has
/// been set forward is seen late: to look in between would cost the attempt its place in a queue.
template <class Clock, class Duration, class Attempt>
bool attempt_until(const std::chrono::time_point<Clock, Duration>& moment, Attempt attempt) {
    do {
        if (attempt(deadline_after(time_until(moment))))
            return true;
    } while (Clock::now() < moment);
    return false;
}

} // namespace fibers::detail
