#pragma once

#include <fibers/detail/durations.hpp>
#include <fibers/detail/shield.hpp>
#include <fibers/detail/waiting_room.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/sync/stop_token.hpp>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

namespace fibers {

using std::cv_status;

/// std::condition_variable_any, [thread.condition.condvarany], for fibers: a condition_variable for
/// any lock, be it a std::shared_lock or one of the user's, whose lock() and unlock() may suspend.
/// Where std::unique_lock<fibers::mutex> will do, condition_variable is cheaper.
///
/// Each wait *suspends until* it is notified (or its time is up, or a stop is requested by its
/// token) and the lock is locked again, whatever comes; and *fails with* what unlocking throws, and
/// with errc::operation_canceled (stop of the fiber) or errc::timed_out (ambient deadline), the lock
/// being locked then too. What locking it again throws ends the process, as in std.
///
/// The forms with a stop_token return whether the predicate held in the end. At the stop of one, all
/// who wait look again.
///
/// Clocks that are set are followed as condition_variable does.
///
/// *May be used by* fibers of any worker and runtime, and plain threads, together. It may be
/// destroyed as soon as all who wait have been notified. Notifying suspends while somebody else's
/// unlock() does.
class condition_variable_any {
  public:
    /// *Fails with* std::bad_alloc.
    condition_variable_any() : room_(std::make_shared<room>()) {}
    condition_variable_any(const condition_variable_any&) = delete;
    condition_variable_any& operator=(const condition_variable_any&) = delete;

    void notify_one() noexcept { room_->notify_one(); }
    void notify_all() noexcept { room_->notify_all(); }

    template <class Lock>
    void wait(Lock& lock) {
        wait_until_deadline(lock, {}, detail::never);
    }

    template <class Lock, class Predicate>
    void wait(Lock& lock, Predicate holds) {
        while (!holds())
            wait(lock);
    }

    template <class Lock, class Predicate>
    bool wait(Lock& lock, stop_token stop, Predicate holds) {
        return repeat_unless_stopped(
            stop, holds, [&] { return wait_until_deadline(lock, stop, detail::never); });
    }

    template <class Lock, class Clock, class Duration>
    cv_status wait_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& moment) {
        wait_until_deadline(lock, {}, detail::deadline_after(detail::time_until(moment)));
        return status_at(moment);
    }

    template <class Lock, class Clock, class Duration, class Predicate>
    bool wait_until(Lock& lock, const std::chrono::time_point<Clock, Duration>& moment,
                    Predicate holds) {
        while (!holds()) {
            wait_until_deadline(lock, {}, detail::next_look(moment));
            if (status_at(moment) == cv_status::timeout)
                return holds();
        }
        return true;
    }

    template <class Lock, class Clock, class Duration, class Predicate>
    bool wait_until(Lock& lock, stop_token stop,
                    const std::chrono::time_point<Clock, Duration>& moment, Predicate holds) {
        return repeat_unless_stopped(stop, holds, [&] {
            wait_until_deadline(lock, stop, detail::next_look(moment));
            return status_at(moment);
        });
    }

    template <class Lock, class Rep, class Period>
    cv_status wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& timeout) {
        return wait_until_deadline(lock, {}, detail::deadline_after(detail::saturated(timeout)));
    }

    template <class Lock, class Rep, class Period, class Predicate>
    bool wait_for(Lock& lock, const std::chrono::duration<Rep, Period>& timeout, Predicate holds) {
        const auto deadline = detail::deadline_after(detail::saturated(timeout));
        while (!holds())
            if (wait_until_deadline(lock, {}, deadline) == cv_status::timeout)
                return holds();
        return true;
    }

    template <class Lock, class Rep, class Period, class Predicate>
    bool wait_for(Lock& lock, stop_token stop, const std::chrono::duration<Rep, Period>& timeout,
                  Predicate holds) {
        const auto deadline = detail::deadline_after(detail::saturated(timeout));
        return repeat_unless_stopped(stop, holds,
                                     [&] { return wait_until_deadline(lock, stop, deadline); });
    }

  private:
    /// A stop that comes when the waits are over still notifies, when the object itself may be gone.
    struct room {
        void notify_one() noexcept;
        void notify_all() noexcept;

        /// Gives up `entered`, a lock of the entrance, once a waker can find the caller, or at a
        /// stop.
        cv_status wait(std::unique_lock<mutex> entered, detail::time_point deadline);

        mutex entrance; // held by who is about to wait from before it unlocks its own lock
        detail::waiting_room waiters;
    };

    template <class Lock>
    struct locked_again_in_the_end {
        ~locked_again_in_the_end() {
            const detail::shield whatever_comes;
            lock.lock();
        }

        Lock& lock;
    };

    template <class Lock>
    cv_status wait_until_deadline(Lock& lock, const stop_token& stop, detail::time_point deadline) {
        std::unique_lock entered{room_->entrance};
        if (stop.stop_requested()) // later it will notify, and can't before this can be found
            return cv_status::no_timeout;
        lock.unlock();
        const locked_again_in_the_end<Lock> guard{lock};
        return room_->wait(std::move(entered), deadline);
    }

    template <class Clock, class Duration>
    static cv_status status_at(const std::chrono::time_point<Clock, Duration>& moment) {
        return Clock::now() < moment ? cv_status::no_timeout : cv_status::timeout;
    }

    template <class Predicate, class Wait>
    bool repeat_unless_stopped(const stop_token& stop, Predicate& holds, Wait wait_once) {
        const stop_callback wake{stop, [in = room_]() noexcept { in->notify_all(); }};
        while (!stop.stop_requested()) {
            if (holds())
                return true;
            if (wait_once() == cv_status::timeout)
                break;
        }
        return holds();
    }

    const std::shared_ptr<room> room_;
};

} // namespace fibers
