#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/agent_locals.hpp>
#include <fibers/detail/ambient.hpp>
#include <fibers/detail/fiber_name.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>

namespace fibers::detail {

class parking;
struct stack;

/// A fiber. Until a worker first runs it, it is nothing but this record and its callable; then it
/// gets a stack, and it stays with that worker until it ends.
///
/// It is owned twice: by the runtime until the fiber has ended, and by the handle.
class fiber_record : public agent {
  public:
    fiber_record(const fiber_record&) = delete;
    fiber_record& operator=(const fiber_record&) = delete;

    /// From the record cache of the worker that this thread is.
    static void* operator new(std::size_t size);
    static void operator delete(void* memory, std::size_t size) noexcept;
    /// For a callable or a result of extended alignment.
    static void* operator new(std::size_t size, std::align_val_t alignment);
    static void operator delete(void* memory, std::size_t size, std::align_val_t) noexcept;

    /// Calls what the fiber was spawned for, then destroys that. Once, as the fiber.
    virtual void run() noexcept = 0;

    /// Destroys what the fiber was spawned for, uncalled: the fiber fails with `why`.
    virtual void abandon(std::exception_ptr why) noexcept = 0;

    /// Tells who waits for the end.
    virtual void conclude() noexcept {}

    /// Destroys what the fiber has returned.
    virtual void drop_result() noexcept {}

    static constexpr std::uint8_t runtime_only = 1, runtime_and_handle = 2;

    /// One owner less. True: that was the last one, who must delete the record.
    [[nodiscard]] bool disown() noexcept {
        return owners_.fetch_sub(1, std::memory_order_acq_rel) == 1;
    }

    void release() noexcept {
        if (disown())
            delete this;
    }

    // A fiber that was spawned for a run which may never come:
    //
    // | state        | meaning                           | leaves by                                  |
    // |--------------|-----------------------------------|--------------------------------------------|
    // | normal       | runs sooner or later              | –                                          |
    // | awaiting_run | queued; the runtime has not begun | admit → normal, abandon_queued → abandoned |
    // | abandoned    | has ended without having run      | –                                          |

    void await_run() noexcept { queue_state_.store(queue_state::awaiting_run); }
    /// The run begins. False: the fiber has been abandoned; there is nothing but to release it.
    bool admit() noexcept { return leave_queue(queue_state::normal); }
    /// False: it runs, or has run.
    bool abandon_queued() noexcept;

    /// What the fiber keeps in fiber_locals and for its end; made at the first call.
    agent_locals& own_locals();
    /// They end with the fiber, while it can still suspend.
    void end_locals() noexcept {
        if (locals_) [[unlikely]]
            end_own_locals();
    }

    worker* home() const noexcept { return home_; }
    void settle_on(worker& w) noexcept { home_ = &w; }

    const fiber_name& name() const noexcept { return name_; }

    static constexpr std::uint32_t no_timer = ~0u;

    // In the order of use: a switch touches the first, a wait with a deadline the last.
    union {
        void* suspended_at;            ///< where its stack goes on
        fiber_record* older = nullptr; ///< its neighbour in a fresh_queue, before the first run
    };
    stack* own_stack = nullptr;    ///< null before the first run, and where a thread's stack serves
    const parking* wait = nullptr; ///< to be looked at while it is parked; older ones are gone
    time_point park_deadline = never;           ///< of the wait that the fiber is in
    [[no_unique_address]] ambient surroundings; // the next three lie in its padding

  private:
    enum class queue_state : std::uint8_t { normal, awaiting_run, abandoned };

    std::atomic<std::uint8_t> owners_;
    std::atomic<queue_state> queue_state_{queue_state::normal};

  public:
    std::uint32_t timer_index = no_timer;

    virtual ~fiber_record() = default;

  protected:
    fiber_record(std::uint8_t owners, fiber_name name) : owners_(owners), name_(std::move(name)) {}

  private:
    friend class debugger_layout;

    bool leave_queue(queue_state to) noexcept {
        queue_state expected = queue_state::awaiting_run;
        return queue_state_.compare_exchange_strong(expected, to);
    }

    void end_own_locals() noexcept;

    std::unique_ptr<agent_locals> locals_; // null, mostly
    fiber_name name_;
};

} // namespace fibers::detail
