#pragma once

#include <fibers/detail/clock.hpp>
#include <fibers/detail/mutex_core.hpp>
#include <fibers/detail/this_agent.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// The lock under recursive_mutex and recursive_timed_mutex: a mutex_core that knows its owner.
class recursive_mutex_core {
  public:
    constexpr recursive_mutex_core() noexcept = default;

    void lock() noexcept {
        const void* const self = current_identity();
        if (!enter_again(self)) {
            core_.lock();
            enter(self);
        }
    }

    bool try_lock() noexcept {
        const void* const self = current_identity();
        if (enter_again(self))
            return true;
        if (!core_.try_lock())
            return false;
        enter(self);
        return true;
    }

    /// False: not before `deadline`. Throws std::system_error when the wait is interrupted.
    bool try_lock_until(time_point deadline) {
        const void* const self = current_identity();
        if (enter_again(self))
            return true;
        if (!core_.try_lock_until(deadline))
            return false;
        enter(self);
        return true;
    }

    void unlock() noexcept {
        if (--depth_ != 0)
            return;
        owner_.store(nullptr, std::memory_order_relaxed);
        core_.unlock();
    }

  private:
    bool enter_again(const void* self) noexcept {
        if (owner_.load(std::memory_order_relaxed) != self)
            return false;
        ++depth_;
        return true;
    }

    void enter(const void* self) noexcept {
        owner_.store(self, std::memory_order_relaxed);
        depth_ = 1;
    }

    mutex_core core_;
    // Others read it too, but only the owner finds its own identity there, and it has put it there itself.
    std::atomic<const void*> owner_{nullptr};
    std::uint64_t depth_ = 0; // the owner's; nobody locks a mutex so often that it overflows
};

} // namespace fibers::detail
