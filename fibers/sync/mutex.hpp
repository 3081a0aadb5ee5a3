#pragma once

#include <fibers/detail/mutex_core.hpp>

namespace fibers {

/// std::mutex, [thread.mutex.class], for fibers: lock() suspends the fiber and leaves its worker to
/// others. It ignores stop and the ambient deadline, as destructors and condition variables need.
/// Use it with std::lock_guard, std::unique_lock, std::scoped_lock.
///
/// *May be used by* fibers of any worker and runtime, and plain threads, together. To be unlocked
/// by who has locked it; not recursive.
class mutex {
  public:
    /// Stands for the mutex where waits are reported.
    using native_handle_type = detail::mutex_core*;

    constexpr mutex() noexcept = default;

    /// *Suspends until* the mutex is free.
    void lock() noexcept { core_.lock(); }

    /// Never suspends.
    [[nodiscard]] bool try_lock() noexcept { return core_.try_lock(); }

    void unlock() noexcept { core_.unlock(); }

    native_handle_type native_handle() noexcept { return &core_; }

  private:
    detail::mutex_core core_;
};

} // namespace fibers
