#pragma once

#include <fibers/detail/clock.hpp>
#include <fibers/detail/interruption.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/short_lock.hpp>
#include <fibers/detail/wait_queue.hpp>
#include <fibers/solo_atomic.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// The lock under shared_mutex and shared_timed_mutex. Readers share it, a writer has it alone.
///
/// | state               | meaning                               | leaves by                          |
/// |---------------------|---------------------------------------|------------------------------------|
/// | 0                   | free                                  | lock → writer, lock_shared → 1     |
/// | n readers           | shared; nobody waits                  | lock_shared → n + 1, unlock_shared |
/// |                     |                                       | → n - 1, a waiter adds `waiters`   |
/// | writer              | held alone; nobody waits              | unlock → 0, a waiter adds `waiters` |
/// | n readers + waiters | shared; a writer waits, and perhaps   | unlock_shared → n - 1, the last of |
/// |                     | readers that came after it            | them hands over; a writer gives up |
/// | writer + waiters    | held alone; readers or writers wait   | unlock hands over; all give up     |
///
/// `waiters` is set where a queue is not empty; then newcomers wait too. Handing over keeps the
/// mutex held: a writer lets in all readers that wait, or else the next writer, the last reader lets
/// in the next writer. So phases of reading and of writing alternate while both are wanted
/// (phase-fair, Brandenburg and Anderson 2010): a reader waits for no more than the phase that it
/// finds and one writer, and a writer is overtaken by no writer, and waits for one phase of reading
/// before it and before each writer ahead of it.
class shared_mutex_core {
  public:
    constexpr shared_mutex_core() noexcept = default;
    shared_mutex_core(const shared_mutex_core&) = delete;
    shared_mutex_core& operator=(const shared_mutex_core&) = delete;

    void lock() noexcept {
        if (!try_lock()) [[unlikely]]
            acquire(access::exclusive, interruption::ignored, never);
    }

    bool try_lock() noexcept {
        std::uint32_t seen = 0;
        return state_.compare_exchange_strong(seen, writer, std::memory_order_acquire,
                                              std::memory_order_relaxed);
    }

    /// False: not before `deadline`. Throws std::system_error when the wait is interrupted.
    bool try_lock_until(time_point deadline) {
        return try_lock() || acquire_or_throw(access::exclusive, deadline);
    }

    void unlock() noexcept {
        std::uint32_t seen = writer;
        if (!state_.compare_exchange_strong(seen, 0, std::memory_order_release,
                                            std::memory_order_relaxed)) [[unlikely]]
            unlock_contended();
    }

    void lock_shared() noexcept {
        if (!try_lock_shared()) [[unlikely]]
            acquire(access::shared, interruption::ignored, never);
    }

    bool try_lock_shared() noexcept {
        std::uint32_t seen = state_.load(std::memory_order_relaxed);
        while (admits(access::shared, seen))
            if (state_.compare_exchange_weak(seen, seen + reader, std::memory_order_acquire,
                                             std::memory_order_relaxed)) [[likely]]
                return true;
        return false;
    }

    bool try_lock_shared_until(time_point deadline) {
        return try_lock_shared() || acquire_or_throw(access::shared, deadline);
    }

    void unlock_shared() noexcept {
        std::uint32_t seen = state_.load(std::memory_order_relaxed);
        while (seen != (reader | waiters))
            [[likely]] if (state_.compare_exchange_weak(
                               seen, seen - reader, std::memory_order_release,
                               std::memory_order_relaxed)) [[likely]] return;
        unlock_shared_contended();
    }

  private:
    enum class access : bool { shared, exclusive };

    static constexpr std::uint32_t writer = 1, waiters = 2, reader = 4;

    /// What the state of who holds the mutex so is counted as.
    static constexpr std::uint32_t share_of(access wanted) noexcept {
        return wanted == access::exclusive ? writer : reader;
    }
    static constexpr bool admits(access wanted, std::uint32_t state) noexcept {
        return wanted == access::exclusive ? state == 0 : (state & (writer | waiters)) == 0;
    }

    wait_queue& queue_for(access wanted) noexcept {
        return wanted == access::exclusive ? writers_ : readers_;
    }

    void unlock_contended() noexcept;
    void unlock_shared_contended() noexcept;

    outcome acquire(access, interruption, time_point deadline) noexcept;
    bool acquire_or_throw(access, time_point deadline);
    bool acquire_or_enqueue(access, wait_node&) noexcept;
    void give_up(access, wait_node&) noexcept;
    bool hand_over(access held) noexcept;
    std::uint32_t admit(access, agent_list& admitted) noexcept;
    bool nobody_waits() const noexcept { return readers_.empty() && writers_.empty(); }

    solo_atomic<std::uint32_t> state_{0};
    short_lock lock_; // guards the queues, and setting and clearing `waiters`
    wait_queue readers_;
    wait_queue writers_;
};

} // namespace fibers::detail
