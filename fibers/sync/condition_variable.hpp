#pragma once

#include <fibers/detail/durations.hpp>
#include <fibers/detail/waiting_room.hpp>
#include <fibers/sync/mutex.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace fibers {

using std::cv_status;

/// std::condition_variable, [thread.condition.condvar], for fibers, with
/// std::unique_lock<fibers::mutex>. No wake-up is spurious, but who waits must look again all the
/// same: another may have come first.
///
/// Each wait *suspends until* it is notified (or its time is up) and the mutex is locked again; and
/// *fails with* errc::operation_canceled (stop) or errc::timed_out (ambient deadline), the mutex
/// being locked then too.
///
/// A wait until a moment ends by its own clock, also where that is set meanwhile; if forward, a
/// quarter of a second late with a predicate, and when the moment should have come without.
///
/// *May be used by* fibers of any worker and runtime, and plain threads, together. It may be
/// destroyed as soon as all who wait have been notified.
class condition_variable {
  public:
    /// Stands for the condition variable where waits are reported.
    using native_handle_type = detail::waiting_room*;

    constexpr condition_variable() noexcept = default;
    condition_variable(const condition_variable&) = delete;
    condition_variable& operator=(const condition_variable&) = delete;

    void notify_one() noexcept;
    void notify_all() noexcept;

    void wait(std::unique_lock<mutex>& lock);

    template <class Predicate>
    void wait(std::unique_lock<mutex>& lock, Predicate holds) {
        while (!holds())
            wait(lock);
    }

    template <class Clock, class Duration>
    cv_status wait_until(std::unique_lock<mutex>& lock,
                         const std::chrono::time_point<Clock, Duration>& moment) {
        wait_until_deadline(lock, detail::deadline_after(detail::time_until(moment)));
        return Clock::now() < moment ? cv_status::no_timeout : cv_status::timeout;
    }

    template <class Clock, class Duration, class Predicate>
    bool wait_until(std::unique_lock<mutex>& lock,
                    const std::chrono::time_point<Clock, Duration>& moment, Predicate holds) {
        while (!holds()) {
            wait_until_deadline(lock, detail::next_look(moment));
            if (Clock::now() >= moment)
                return holds();
        }
        return true;
    }

    template <class Rep, class Period>
    cv_status wait_for(std::unique_lock<mutex>& lock,
                       const std::chrono::duration<Rep, Period>& timeout) {
        return wait_until_deadline(lock, detail::deadline_after(detail::saturated(timeout)));
    }

    template <class Rep, class Period, class Predicate>
    bool wait_for(std::unique_lock<mutex>& lock, const std::chrono::duration<Rep, Period>& timeout,
                  Predicate holds) {
        const auto deadline = detail::deadline_after(detail::saturated(timeout));
        while (!holds())
            if (wait_until_deadline(lock, deadline) == cv_status::timeout)
                return holds();
        return true;
    }

    native_handle_type native_handle() noexcept { return &waiters_; }

  private:
    cv_status wait_until_deadline(std::unique_lock<mutex>&, detail::time_point);

    detail::waiting_room waiters_;
};

} // namespace fibers
