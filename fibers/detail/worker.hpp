#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/completion.hpp>
#include <fibers/detail/current_fiber.hpp>
#include <fibers/detail/exception_state.hpp>
#include <fibers/detail/fellow_mail.hpp>
#include <fibers/detail/fiber_record.hpp>
#include <fibers/detail/fresh_queue.hpp>
#include <fibers/detail/inbox.hpp>
#include <fibers/detail/poller.hpp>
#include <fibers/detail/reception.hpp>
#include <fibers/detail/record_pool.hpp>
#include <fibers/detail/scratch_stack.hpp>
#include <fibers/detail/stack_arena.hpp>
#include <fibers/detail/stack_sample.hpp>
#include <fibers/detail/timer_queue.hpp>
#include <fibers/detail/worker_counters.hpp>

#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <new>

namespace fibers::detail {

class runtime_core;

/// An OS thread that runs fibers. Everything here belongs to that thread, except what is said to be
/// for others.
///
/// There is no scheduler loop and no scheduler stack: a fiber that suspends picks who is next, and
/// polls where there is nobody. If it is the one that the poll makes ready, it goes on without a
/// switch. The thread's own stack is a fiber like the others, the root.
class worker {
  public:
    /// Throws std::system_error where the process is out of descriptors.
    worker(runtime_core&, reception& visitors);
    /// Waits for threads that are still about to wake this worker.
    ~worker();
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    /// The calling thread becomes this worker, running `root`; and ceases to be.
    void attach(fiber_record& root) noexcept;
    void detach() noexcept;

    /// The fiber that lives on the thread's own stack.
    fiber_record& root() noexcept { return *root_; }
    const fiber_record& root() const noexcept { return *root_; }
    runtime_core& core() noexcept { return core_; }
    detail::poller& poller() noexcept { return *poller_; }
    const stack_arena& stacks() const noexcept { return stacks_; }
    record_pool& records() noexcept { return records_; }
    scratch_stack& scratch() noexcept { return scratch_; }

    // What the current fiber does.

    void spawn(fiber_record&) noexcept;
    void yield() noexcept;
    /// After begin_park(): lets others run until somebody has claimed the current fiber.
    void suspend(time_point deadline) noexcept;

    /// Counts operations that did not have to wait. True, now and then: it is others' turn.
    bool out_of_budget() noexcept { return --budget_ == 0; }

    /// Passes some hundred nanoseconds, and ends the current fiber's turn after its next operation. False,
    /// at once: there is something else to do, or no reason to expect fellows to do anything.
    bool hesitate() noexcept;

    /// About now: when it has last looked at its descriptors, or between two of 64 picks.
    time_point round_time() const noexcept { return round_time_.load(std::memory_order_relaxed); }

    /// Calls f() on the stack that its fibers borrow. Throws std::bad_alloc where there can be none.
    template <class F>
    void call_on_scratch(F f) {
        if (scratch_.lent())
            return f(); // it is there already
        sanitizer_marks here;
        scratch_.call([](void* call) { (*static_cast<F*>(call))(); }, &f, here);
    }

    /// Where the fiber's stack goes on. To be called in call_on_scratch(), where the current one is, too.
    const void* suspension_point_of(const fiber_record& fiber) const noexcept {
        return &fiber == current_fiber ? scratch_.borrower() : fiber.suspended_at;
    }

    /// The life of a fiber stack: runs the current fiber, which has just begun on it, and others
    /// after.
    [[noreturn]] void serve_from(stack&) noexcept;

    // For any thread.

    /// Takes in a fiber of this worker that has been claimed.
    void make_ready(fiber_record&) noexcept;
    bool wake_if_sleeping() noexcept;
    /// Ends the worker's thread, by its root fiber.
    completion& quit() noexcept { return quit_; }
    /// Stops every fiber that has a stack here, soon.
    void request_stop_of_all() noexcept;
    /// Makes it look around soon, unless a fiber holds it.
    void interrupt() noexcept { poller_->interrupt(); }
    /// For who wants to look at its fibers.
    reception& visitors() noexcept { return visitors_; }
    fresh_queue& fresh() noexcept { return fresh_; }
    /// How many fibers live here or are about to begin here; a moment's view.
    std::size_t load() const noexcept;
    /// Whether others have woken fibers that it has not taken in yet.
    bool has_mail() const noexcept { return !inbox_.empty(); }
    /// Whether no fiber runs here, because there is none to go on.
    bool resting() const noexcept { return resting_.load(std::memory_order_relaxed); }
    /// Changes whenever the worker turns to another fiber.
    std::uint64_t picks() const noexcept { return picks_.load(std::memory_order_relaxed); }
    std::uint64_t spawned() const noexcept { return spawned_.load(std::memory_order_acquire); }
    std::uint64_t begun() const noexcept { return begun_.load(std::memory_order_relaxed); }
    std::uint64_t finished() const noexcept { return finished_.load(std::memory_order_acquire); }
    const worker_counters& counters() const noexcept { return counters_; }
    /// Of its thread; 0 before it has begun.
    pid_t thread_id() const noexcept { return thread_id_.load(std::memory_order_acquire); }
    pthread_t thread() const noexcept { return thread_; }

    stack_sample& sample() noexcept { return sample_; }

    void note_stolen(std::size_t fibers) noexcept { counters_.stolen.add(fibers); }

  private:
    friend class debugger_layout;

    static constexpr std::uint32_t poll_interval = 64; // picks between looks at sockets and timers
    static constexpr std::uint32_t fresh_interval = 8; // picks between preferences for new fibers
    static constexpr std::uint32_t operation_budget = 64;

    worker& place_for_new() noexcept;
    void switch_to(fiber_record& next, void*& from, sanitizer_marks& own_marks) noexcept;
    sanitizer_marks& marks_of(fiber_record&) noexcept;
    void begin(fiber_record&, stack& on) noexcept;
    bool begin_on_free_stack(fiber_record&) noexcept;
    void finish(fiber_record&) noexcept;
    fiber_record* run_nobody() noexcept;

    fiber_record& pick() noexcept;
    fiber_record& pop_ready() noexcept;
    void begin_round() noexcept;
    void begin_delay_sample() noexcept;
    void end_delay_sample() noexcept;
    void prefetch_ready() const noexcept;
    void load_woken() noexcept;
    fiber_record& pick_from_everywhere() noexcept;
    fiber_record& pick_with_stack() noexcept;
    void abandon_for_want_of_stack(fiber_record&) noexcept;

    void look_around() noexcept;
    void poll(time_point deadline) noexcept;
    void fire_timers() noexcept;
    void skip_picks() noexcept;
    void wait_for_work() noexcept;
    void sleep_until_work_comes() noexcept;
    bool look_out() noexcept;
    void pause_between_looks() noexcept;
    void sleep(time_point deadline) noexcept;
    void sleep_without_end() noexcept;
    bool work_has_come() const noexcept;
    time_point trim() noexcept;
    void stop_all() noexcept;
    void receive_visitors() noexcept;

    // What a switch touches.
    agent_list ready_;
    std::atomic<std::uint64_t> picks_{0};  // written here only
    const agent* delay_sampled_ = nullptr; // a ready fiber whose turn is awaited
    std::uint32_t budget_ = operation_budget;
    exception_state* exceptions_ = nullptr; // the thread's, like the next
    int* errno_ = nullptr;
    inbox inbox_;
    std::atomic<time_point> round_time_{time_point{}}; // written here only
    scratch_stack scratch_;

    runtime_core& core_;
    fiber_record* root_ = nullptr;
    [[no_unique_address]] sanitizer_marks root_marks_;
    timer_queue timers_;
    stack_arena stacks_;
    record_pool records_;
    detail::poller* const poller_;  // owned together with what is registered there
    std::size_t woken_to_load_ = 0; // of those in ready_, about
    time_point next_trim_{};
    worker* place_for_new_ = nullptr;
    std::size_t placements_left_ = 0;
    time_point patience_ends_{};       // the alarm for the deadlock_watch
    std::uint64_t picks_at_alarm_ = 0; // to tell whether it has slept ever since
    time_point delay_sampled_at_{}, delay_sample_round_{};
    fiber_record* const* current_ = nullptr; // its thread's current_fiber, for a debugger
    pthread_t thread_{};                     // to be read when there is a thread_id_
    reception& visitors_;

    // For others, apart from what the worker itself writes at each switch.
    worker_counters counters_;
    stack_sample sample_;
    alignas(64) fresh_queue fresh_;
    completion quit_;
    std::atomic<bool> sleeping_{false};
    std::atomic<bool> stop_all_{false};
    std::atomic<bool> resting_{false};
    std::atomic<pid_t> thread_id_{0};
    std::atomic<std::uint32_t> posting_{0}; // threads inside make_ready()
    fellow_mail fellow_mail_;
    std::atomic<std::uint64_t> spawned_{0};
    std::atomic<std::uint64_t> begun_{0};
    std::atomic<std::uint64_t> finished_{0};
};

/// The worker that the calling thread is; null for a plain thread.
///
/// A fiber never changes its thread, so this may be read, and cached by the compiler, anywhere.
extern constinit thread_local worker* this_worker;

} // namespace fibers::detail
