#pragma once

#include <atomic>

namespace fibers::detail {

/// A byte that guards a few instructions. It blocks the thread, not the fiber, so nothing that parks
/// may happen under it.
///
/// Who waits looks, and sleeps for moments, instead of being woken. So unlock() is a plain store,
/// without the locked instruction that would ask for sleepers: half the price of the lock. It is also
/// the last access, so the object that holds the lock may be destroyed by whoever takes it next.
class short_lock {
  public:
    void lock() noexcept {
        if (held_.exchange(true, std::memory_order_acquire)) [[unlikely]]
            lock_contended();
    }

    void unlock() noexcept { held_.store(false, std::memory_order_release); }

  private:
    void lock_contended() noexcept;

    std::atomic<bool> held_{false};
};

} // namespace fibers::detail
