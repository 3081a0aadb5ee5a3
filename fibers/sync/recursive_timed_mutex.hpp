#pragma once

#include <fibers/detail/durations.hpp>
#include <fibers/detail/recursive_mutex_core.hpp>

#include <chrono>

namespace fibers {

/// std::recursive_timed_mutex, [thread.timedmutex.recursive], for fibers: a recursive_mutex whose
/// attempts may be given time.
///
/// *May be used by* whoever may use a mutex.
class recursive_timed_mutex {
  public:
    /// Stands for the mutex where waits are reported.
    using native_handle_type = detail::recursive_mutex_core*;

    constexpr recursive_timed_mutex() noexcept = default;

    /// *Suspends until* the mutex is free or the caller's. Ignores stop and the ambient deadline.
    void lock() noexcept { core_.lock(); }

    /// Never suspends.
    [[nodiscard]] bool try_lock() noexcept { return core_.try_lock(); }

    /// *Suspends until* the mutex is free or the caller's, or for that long: then it returns false.
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
    detail::recursive_mutex_core core_;
};

} // namespace fibers
