#pragma once

#include <fibers/detail/clock.hpp>
#include <fibers/detail/interruption.hpp>
#include <fibers/detail/short_lock.hpp>
#include <fibers/detail/wait_queue.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// The lock under mutex and timed_mutex.
///
/// | state            | meaning                            | leaves by                             |
/// |------------------|------------------------------------|---------------------------------------|
/// | 0                | free                               | lock → locked                         |
/// | locked           | held, the queue is empty           | unlock → 0, a waiter → both           |
/// | locked + waiters | held, the queue may not be empty   | unlock wakes one → waiters, or → 0 if |
/// |                  |                                    | that was the last; or hands over      |
/// | waiters          | free; one who waited is on its way | lock → both                           |
///
/// A released mutex goes to whoever takes it first: a switch for each hand-over would be the price
/// of strict order. But who was woken and came too late waits at the head of the queue, and is handed
/// the mutex by the next unlock. So nobody in the queue is overtaken more than once after its turn.
class mutex_core {
  public:
    constexpr mutex_core() noexcept = default;
    mutex_core(const mutex_core&) = delete;
    mutex_core& operator=(const mutex_core&) = delete;

    void lock() noexcept {
        if (!try_lock()) [[unlikely]]
            lock_contended();
    }

    bool try_lock() noexcept {
        std::uint32_t seen = 0;
        if (state_.compare_exchange_strong(seen, locked, std::memory_order_acquire,
                                           std::memory_order_relaxed)) [[likely]]
            return true;
        return seen == waiters &&
               state_.compare_exchange_strong(seen, locked | waiters, std::memory_order_acquire,
                                              std::memory_order_relaxed);
    }

    /// False: not before `deadline`. Throws std::system_error when the wait is interrupted.
    bool try_lock_until(time_point deadline);

    void unlock() noexcept {
        std::uint32_t seen = locked;
        if (!state_.compare_exchange_strong(seen, 0, std::memory_order_release,
                                            std::memory_order_relaxed)) [[unlikely]]
            unlock_contended();
    }

  private:
    static constexpr std::uint32_t locked = 1, waiters = 2;

    void lock_contended() noexcept;
    void unlock_contended() noexcept;

    struct waiter;

    outcome acquire(interruption, time_point deadline) noexcept;
    bool acquire_or_enqueue(waiter&) noexcept;

    std::atomic<std::uint32_t> state_{0};
    short_lock lock_; // guards the queue, and setting and clearing `waiters`
    wait_queue queue_;
};

} // namespace fibers::detail
