#pragma once

#include <fibers/detail/futex.hpp>

#include <atomic>
#include <cstdint>
#include <span>

struct pollfd;

namespace fibers::detail {

class worker;

/// How a wait ended.
enum class outcome : std::uint8_t {
    woken,     ///< by whom it waited for
    timed_out, ///< the deadline that the call was given has passed
    stopped,   ///< request_stop()
    expired    ///< the ambient deadline has passed
};

/// An execution agent, [thread.req.lockable.general]: a fiber or a plain thread. It is what can be
/// parked and woken. Everything that may end a wait (a wake-up, a timeout, a stop) goes through one
/// atomic word, and whoever moves it from parked to claimed has won and must schedule the agent.
///
/// | phase     | meaning                          | leaves by                                     |
/// |-----------|----------------------------------|-----------------------------------------------|
/// | running   | runs, or is about to             | begin_park → parked or stoppable              |
/// | parked    | waits; stop is ignored           | claim(woken / timed_out) → claimed            |
/// | stoppable | waits                            | claim, request_stop → claimed                 |
/// | claimed   | its wait is decided, not yet over | schedule: thread → running; a fiber's next   |
/// |           |                                  | begin_park → parked or stoppable              |
///
/// The stop bit beside the phase is sticky. A fiber is resumed only by its own worker, so a claim
/// that comes before the fiber has switched away is merely early, never wrong.
class agent {
  public:
    /// A plain thread.
    agent() noexcept = default;
    agent(const agent&) = delete;
    agent& operator=(const agent&) = delete;

    /// The agent announces that it is about to wait. To be called before it lets itself be found.
    /// False: `stoppable` was asked for and stop has been requested; nothing has changed.
    bool begin_park(bool stoppable) noexcept {
        std::uint32_t seen = word_.load(std::memory_order_relaxed);
        do {
            if (stoppable && (seen & stop_bit))
                return false;
        } while (!word_.compare_exchange_weak(
            seen, (seen & stop_bit) | (stoppable ? phase_stoppable : phase_parked),
            std::memory_order_acq_rel, std::memory_order_relaxed));
        return true;
    }

    /// Tries to end the agent's wait. True: the caller has won and must schedule() the agent.
    bool claim(outcome how) noexcept {
        std::uint32_t seen = word_.load(std::memory_order_relaxed);
        do {
            if (!waiting(seen))
                return false;
        } while (!word_.compare_exchange_weak(seen, (seen & stop_bit) | claimed_with(how),
                                              std::memory_order_acq_rel,
                                              std::memory_order_relaxed));
        return true;
    }

    /// Sets the stop bit. True: this ended a wait, and the caller must schedule() the agent.
    bool request_stop() noexcept {
        std::uint32_t seen = word_.load(std::memory_order_relaxed);
        bool ends_wait = false;
        do {
            ends_wait = (seen & phase_mask) == phase_stoppable;
        } while (!word_.compare_exchange_weak(
            seen, ends_wait ? stop_bit | claimed_with(outcome::stopped) : seen | stop_bit,
            std::memory_order_acq_rel, std::memory_order_relaxed));
        return ends_wait;
    }

    /// Whether nobody has ended the wait that it is in.
    bool waits() const noexcept { return waiting(word_.load(std::memory_order_acquire)); }

    bool stop_requested() const noexcept {
        return word_.load(std::memory_order_acquire) & stop_bit;
    }

    /// The next in the list that this agent is in.
    const agent* successor() const noexcept { return next_; }

    /// How the last wait ended.
    outcome last_outcome() const noexcept {
        return static_cast<outcome>((word_.load(std::memory_order_acquire) >> outcome_shift) & 3);
    }

  protected:
    /// The worker that runs this fiber; null for a thread, and for a fiber that has not run yet.
    worker* home_ = nullptr;

  private:
    friend class agent_list;
    friend class debugger_layout;
    friend class fresh_queue;
    friend class inbox;
    friend class thread_parking;
    friend void schedule(agent&) noexcept;

    static constexpr std::uint32_t phase_running = 0, phase_parked = 1, phase_stoppable = 2,
                                   phase_claimed = 3, phase_mask = 3;
    static constexpr unsigned outcome_shift = 2;
    static constexpr std::uint32_t stop_bit = 1u << 4;

    static constexpr bool waiting(std::uint32_t word) noexcept {
        return (word & phase_mask) == phase_parked || (word & phase_mask) == phase_stoppable;
    }
    static constexpr std::uint32_t claimed_with(outcome how) noexcept {
        return phase_claimed | static_cast<std::uint32_t>(how) << outcome_shift;
    }

    /// Lets a claimed thread go on. The last access to the agent.
    void release_thread() noexcept;

    std::atomic<std::uint32_t> word_{phase_running};
    int wake_fd_ = -1; // a thread that sleeps in poll(2) is woken through this eventfd
    agent* next_ = nullptr;
};

/// Makes a claimed agent run again: a fiber goes into its worker's ready queue, a thread wakes up.
/// Called under no lock. The agent must not be touched afterwards.
void schedule(agent&) noexcept;

/// Claimed agents that wait, outside every lock, to be scheduled. First in, first out.
class agent_list {
  public:
    bool empty() const noexcept { return first_ == nullptr; }

    void push_back(agent& a) noexcept {
        a.next_ = nullptr;
        (first_ ? last_->next_ : first_) = &a;
        last_ = &a;
    }

    agent& pop_front() noexcept {
        agent& a = *first_;
        first_ = a.next_;
        return a;
    }

    void append(agent_list& other) noexcept {
        if (other.empty())
            return;
        (first_ ? last_->next_ : first_) = other.first_;
        last_ = other.last_;
        other.first_ = nullptr;
    }

    agent* first() const noexcept { return first_; }
    /// Of a list that is not empty.
    agent& last() const noexcept { return *last_; }

    void schedule_all() noexcept {
        while (!empty())
            schedule(pop_front());
    }

  private:
    agent* first_ = nullptr;
    agent* last_ = nullptr;
};

/// How a plain thread waits after begin_park().
class thread_parking {
  public:
    /// Blocks until the agent is claimed; claims it itself at `deadline`.
    static void wait(agent&, time_point deadline) noexcept;

    /// The same, and also ends (as woken) when poll(2) reports any of `watched`. The first of these is
    /// the eventfd through which the agent is woken.
    static void wait_polling(agent&, std::span<pollfd> watched, time_point deadline) noexcept;

    static void use_wake_fd(agent& a, int wake_fd) noexcept { a.wake_fd_ = wake_fd; }
};

} // namespace fibers::detail
