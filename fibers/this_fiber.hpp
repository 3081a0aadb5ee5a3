#pragma once

#include <fibers/fiber_id.hpp>

#include <chrono>
#include <string>

/// What a fiber does with itself. On a plain thread each does the same to the thread.
namespace fibers::this_fiber {

/// The calling fiber's id; a default-constructed one on a plain thread.
fiber_id get_id() noexcept;

/// The name it was spawned with; empty where there is none.
std::string name();

/// Lets every other fiber of this worker that is ready have its turn first.
void yield() noexcept;

/// Whether this fiber has been asked to stop. A cancellation_shield does not hide it.
bool stop_requested() noexcept;

/// *Suspends until* that moment of steady_clock.
/// *Fails with* errc::operation_canceled (stop), errc::timed_out where the ambient deadline comes
/// first.
void sleep_until(std::chrono::steady_clock::time_point moment);

/// *Suspends until* that moment of any clock, also where that is set meanwhile; if forward, it may
/// sleep for a quarter of a second too long.
template <class Clock, class Duration>
void sleep_until(const std::chrono::time_point<Clock, Duration>& moment);

/// *Suspends for* that long, or not at all where it is not positive. Fails as sleep_until() does.
template <class Rep, class Period>
void sleep_for(const std::chrono::duration<Rep, Period>& duration);

} // namespace fibers::this_fiber

#include <fibers/detail/durations.hpp>

namespace fibers::this_fiber {

template <class Clock, class Duration>
void sleep_until(const std::chrono::time_point<Clock, Duration>& moment) {
    while (Clock::now() < moment)
        sleep_until(detail::next_look(moment));
}

template <class Rep, class Period>
void sleep_for(const std::chrono::duration<Rep, Period>& duration) {
    if (duration > duration.zero())
        sleep_until(detail::deadline_after(detail::saturated(duration)));
}

} // namespace fibers::this_fiber
