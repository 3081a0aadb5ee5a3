#pragma once

#include <fibers/detail/clock.hpp>
#include <fibers/detail/interruption.hpp>
#include <fibers/detail/short_lock.hpp>
#include <fibers/detail/wait_queue.hpp>
#include <fibers/solo_atomic.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// The lock under mutex and timed_mutex.
///
/// | flag    | meaning                                  | set by            | cleared by               |
/// |---------|------------------------------------------|-------------------|--------------------------|
/// | locked  | held                                     | lock              | unlock                   |
/// | waiters | the queue may not be empty               | who joins it      | who empties it           |
/// | waking  | one from the queue has been woken and is | unlock, unless it | that one, when it takes  |
/// |         | on its way                               | is set            | the mutex or waits again |
/// | granted | held for the one on its way              | unlock            | that one, by taking it   |
///
/// A released mutex goes to whoever takes it first: a switch for each hand-over would be the price
/// of strict order. But only for so long: above the flags each unlock while one is on its way is
/// counted, and the one after `patience` of them grants the mutex to that one. Who finds it taken
/// when it comes waits at the head of the queue, and the next unlock hands over to it. So at most
/// `patience` + 1 others get in between a waiter and the next in the queue.
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
        while (!(seen & locked))
            if (state_.compare_exchange_weak(seen, seen | locked, std::memory_order_acquire,
                                             std::memory_order_relaxed))
                return true;
        return false;
    }

    /// False: not before `deadline`. Throws std::system_error when the wait is interrupted.
    bool try_lock_until(time_point deadline);

    void unlock() noexcept {
        std::uint32_t seen = locked;
        if (!state_.compare_exchange_strong(seen, 0, std::memory_order_release,
                                            std::memory_order_relaxed)) [[unlikely]]
            unlock_contended();
    }

    /// How often the mutex may be released while one who waited for it is on its way, before it is
    /// granted to that one: as often as it can be in about the time of a wake-up across threads.
    static constexpr std::uint32_t patience = 1'000;

  private:
    static constexpr std::uint32_t locked = 1, waiters = 2, waking = 4, granted = 8,
                                   one_release = 16;

    void lock_contended() noexcept;
    void unlock_contended() noexcept;

    struct waiter;

    outcome acquire(interruption, time_point deadline) noexcept;
    bool acquire_or_enqueue(waiter&) noexcept;
    bool acquire_or_mark(const waiter&, std::uint32_t flags) noexcept;
    bool acquire_as_woken() noexcept;
    bool release_without_the_queue() noexcept;

    solo_atomic<std::uint32_t> state_{0};
    short_lock lock_; // guards the queue, and setting and clearing `waiters`
    wait_queue queue_;
};

} // namespace fibers::detail
