#pragma once

#include <fibers/detail/shared_mutex_core.hpp>

namespace fibers {

/// std::shared_mutex, [thread.sharedmutex.class], for fibers: a mutex that one may hold alone, to
/// write, or many together, to read. Nobody starves: no reader overtakes a writer that waits, and
/// a reader waits for one writer at most. So who reads must not ask to read again meanwhile: if a
/// writer has come in between, each waits for the other.
/// Use it with std::shared_lock, std::unique_lock, std::scoped_lock.
///
/// *May be used by* fibers of any worker and runtime, and plain threads, together. To be unlocked by
/// who has locked it; not recursive.
class shared_mutex {
  public:
    /// Stands for the mutex where waits are reported.
    using native_handle_type = detail::shared_mutex_core*;

    constexpr shared_mutex() noexcept = default;

    /// *Suspends until* nobody else holds the mutex. Ignores stop and the ambient deadline.
    void lock() noexcept { core_.lock(); }

    /// Never suspends.
    [[nodiscard]] bool try_lock() noexcept { return core_.try_lock(); }

    void unlock() noexcept { core_.unlock(); }

    /// *Suspends until* nobody writes, nor waits to write. Ignores stop and the ambient deadline.
    void lock_shared() noexcept { core_.lock_shared(); }

    /// Never suspends. Fails also where somebody waits to write.
    [[nodiscard]] bool try_lock_shared() noexcept { return core_.try_lock_shared(); }

    void unlock_shared() noexcept { core_.unlock_shared(); }

    native_handle_type native_handle() noexcept { return &core_; }

  private:
    detail::shared_mutex_core core_;
};

} // namespace fibers
