#pragma once

#include <fibers/detail/durations.hpp>
#include <fibers/detail/mutex_core.hpp>

#include <chrono>

namespace fibers {

/// std::timed_mutex, [thread.timedmutex.class], for fibers: a mutex whose attempts may be given
/// time.
///
/// *May be used by* whoever may use a mutex.
class timed_mutex {
  public:
    /// Stands for the mutex where waits are reported.
    using native_handle_type = detail::mutex_core*;

    constexpr timed_mutex() noexcept = default;

    /// *Suspends until* the mutex is free. Ignores stop and the ambient deadline.
    void lock() noexcept { core_.lock(); }

    /// Never suspends.
    [[nodiscard]] bool try_lock() noexcept { return core_.try_lock(); }

    /// *Suspends until* the mutex is free, or for that long: then it returns false.
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

    native_handle_type native_handle() noexcept { return &core_; }

  private:
    detail::mutex_core core_;
};

} // namespace fibers
