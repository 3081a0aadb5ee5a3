#pragma once

#include <fibers/detail/durations.hpp>
#include <fibers/detail/shared_mutex_core.hpp>

#include <chrono>

namespace fibers {

/// std::shared_timed_mutex, [thread.sharedtimedmutex.class], for fibers: a shared_mutex whose
/// attempts may be given time.
///
/// *May be used by* whoever may use a shared_mutex.
class shared_timed_mutex {
  public:
    constexpr shared_timed_mutex() noexcept = default;

    /// *Suspends until* nobody else holds the mutex. Ignores stop and the ambient deadline.
    void lock() noexcept { core_.lock(); }

    /// Never suspends.
    [[nodiscard]] bool try_lock() noexcept { return core_.try_lock(); }

    /// *Suspends until* nobody else holds the mutex, or for that long: then it returns false.
    /// *Fails with* errc::operation_canceled (stop), errc::timed_out (ambient deadline).
    template <class Rep, class Period>
    [[nodiscard]] bool try_lock_for(const std::chrono::duration<Rep, Period>& timeout) {
        return core_.try_lock_until(detail::deadline_after(detail::saturated(timeout)));
    }

    /// The same, until a moment of any clock.
    template <class Clock, class Duration>
    [[nodiscard]] bool try_lock_until(const std::chrono::time_point<Clock, Duration>& moment) {
        return detail::attempt_until(
            moment, [this](detail::time_point deadline) { return core_.try_lock_until(deadline); });
    }

    void unlock() noexcept { core_.unlock(); }

    /// *Suspends until* nobody writes, nor waits to write. Ignores stop and the ambient deadline.
    void lock_shared() noexcept { core_.lock_shared(); }

    /// Never suspends. Fails also where somebody waits to write.
    [[nodiscard]] bool try_lock_shared() noexcept { return core_.try_lock_shared(); }

    /// *Suspends until* nobody writes, nor waits to write, or for that long: then it returns false.
    /// *Fails with* errc::operation_canceled (stop), errc::timed_out (ambient deadline).
    template <class Rep, class Period>
    [[nodiscard]] bool try_lock_shared_for(const std::chrono::duration<Rep, Period>& timeout) {
        return core_.try_lock_shared_until(detail::deadline_after(detail::saturated(timeout)));
    }

    /// The same, until a moment of any clock.
    template <class Clock, class Duration>
    [[nodiscard]] bool
    try_lock_shared_until(const std::chrono::time_point<Clock, Duration>& moment) {
        return detail::attempt_until(moment, [this](detail::time_point deadline) {
            return core_.try_lock_shared_until(deadline);
        });
    }

    void unlock_shared() noexcept { core_.unlock_shared(); }

  private:
    detail::shared_mutex_core core_;
};

} // namespace fibers
