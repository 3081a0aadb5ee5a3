#pragma once

#include <fibers/detail/recursive_mutex_core.hpp>

namespace fibers {

/// std::recursive_mutex, [thread.mutex.recursive], for fibers: a mutex that its owner may lock again,
/// and has to unlock as often. The owner is a fiber or a plain thread.
///
/// *May be used by* whoever may use a mutex.
class recursive_mutex {
  public:
    /// Stands for the mutex where waits are reported.
    using native_handle_type = detail::recursive_mutex_core*;

    constexpr recursive_mutex() noexcept = default;

    /// *Suspends until* the mutex is free or the caller's. Ignores stop and the ambient deadline.
    void lock() noexcept { core_.lock(); }

    /// Never suspends.
    [[nodiscard]] bool try_lock() noexcept { return core_.try_lock(); }

    void unlock() noexcept { core_.unlock(); }

    native_handle_type native_handle() noexcept { return &core_; }

  private:
    detail::recursive_mutex_core core_;
};

} // namespace fibers
