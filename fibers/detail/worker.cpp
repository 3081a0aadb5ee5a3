#include <fibers/detail/worker.hpp>

#include <fibers/detail/cache_warming.hpp>
#include <fibers/detail/context_switch.hpp>
#include <fibers/detail/cpu_relax.hpp>
#include <fibers/detail/mutex_watch.hpp>
#include <fibers/detail/runtime_core.hpp>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <utility>

namespace fibers::detail {

namespace {

constexpr std::size_t load_tolerance = 4, placements_per_look = 8;

/// One more, by the only thread that writes it.
void count(std::atomic<std::uint64_t>& events) noexcept {
    events.store(events.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

} // namespace

constinit thread_local worker* this_worker = nullptr;
constinit thread_local fiber_record* current_fiber = nullptr;

worker::worker(runtime_core& core, reception& visitors)
    : core_(core)
    , stacks_(core.options().stack_size, core.worker_count())
    , poller_(new detail::poller)
    , visitors_(visitors)
    , fresh_(core.options().workers > 1) {}

worker::~worker() {
    // A thread that has made the last fiber ready may not have left make_ready() yet.
    while (posting_.load(std::memory_order_acquire) != 0)
        std::this_thread::yield();
    agent_list elsewhere;
    poller_->close(elsewhere);
    elsewhere.schedule_all();
    poller_->release();
}

void worker::attach(fiber_record& root) noexcept {
    this_worker = this;
    exceptions_ = exception_state::of_this_thread();
    errno_ = &errno;
    current_fiber = root_ = &root;
    current_ = &current_fiber;
    root.settle_on(*this);
    round_time_.store(coarse_now(), std::memory_order_relaxed);
    thread_ = ::pthread_self();
    thread_id_.store(::gettid(), std::memory_order_release);
    visitors_.open(*this);
}

void worker::detach() noexcept {
    visitors_.close();
    current_ = nullptr;
    current_fiber = nullptr;
    this_worker = nullptr;
}

// ---- who runs next

inline fiber_record& worker::pick() noexcept {
    const std::uint64_t picks = picks_.load(std::memory_order_relaxed) + 1;
    picks_.store(picks, std::memory_order_relaxed);
    if (picks % fresh_interval != 0 && inbox_.empty() && !ready_.empty()) [[likely]]
        return pop_ready();
    return pick_from_everywhere();
}

inline fiber_record& worker::pop_ready() noexcept {
    auto& next = static_cast<fiber_record&>(ready_.pop_front());
    prefetch_ready();
    if (counts_metrics && &next == delay_sampled_) [[unlikely]]
        end_delay_sample();
    return next;
}

/// The stack of the next but one, and the record of the one after that, which says where its stack
/// is, so that this works next time.
inline void worker::prefetch_ready() const noexcept {
    const agent* const next = ready_.first();
    const agent* const after = next ? next->successor() : nullptr;
    if (!after)
        return;
    prefetch_stack(*static_cast<const fiber_record*>(after));
    prefetch(after->successor());
}

/// Where many have been woken at once, each has not run for long. Few at a time: what is fetched
/// now must still be there when the last of them goes on, system calls of the others later.
inline void worker::load_woken() noexcept {
    const agent* next = ready_.first();
    for (unsigned i = 0; i < fresh_interval && next && woken_to_load_ > 0; ++i) {
        load_stack(*static_cast<const fiber_record*>(next));
        next = next->successor();
        --woken_to_load_;
    }
    if (!next)
        woken_to_load_ = 0;
}

fiber_record& worker::pick_from_everywhere() noexcept {
    if (picks() % poll_interval == 0)
        look_around();
    load_woken();
    for (bool fresh_first = picks() % fresh_interval == 0;; fresh_first = true) {
        if (!inbox_.empty())
            inbox_.drain_into(ready_);
        if (fresh_first || ready_.empty())
            if (fiber_record* const fresh = fresh_.pop())
                return *fresh;
        if (!ready_.empty())
            return pop_ready();
        wait_for_work();
    }
}

void worker::poll(time_point deadline) noexcept {
    agent_list claimed;
    counters_.polls.add();
    poller_->poll(deadline, claimed);
    claimed.schedule_all();
    load_woken();
    // An alarm that is still to come says, without a look at the clock, that no timer is due.
    if (timers_.next() < poller_->alarm())
        fire_timers();
    begin_round();
}

inline fiber_record& worker::pick_with_stack() noexcept {
    for (;;) {
        fiber_record& next = pick();
        if (next.home() || begin_on_free_stack(next)) [[likely]]
            return next;
        abandon_for_want_of_stack(next);
    }
}

[[gnu::cold, gnu::noinline]] void worker::abandon_for_want_of_stack(fiber_record& fiber) noexcept {
    fiber.abandon(stack_arena::want_of_stack());
    finish(fiber);
}

// ---- what the current fiber does

void worker::spawn(fiber_record& fiber) noexcept {
    count(spawned_);
    worker& where = core_.worker_count() == 1 ? *this : place_for_new();
    where.fresh_.push(fiber);
    if (&where == this || !where.wake_if_sleeping())
        core_.invite_thief();
}

/// A fiber that has run never moves, and a connection's lives long. So new ones begin where there
/// are clearly fewer; here, where their data is hot, otherwise. The others' counts are looked at
/// once for several fibers, because each look fetches a line that they keep writing.
worker& worker::place_for_new() noexcept {
    if (placements_left_ == 0) {
        worker& least = core_.least_loaded_worker();
        const std::size_t here = load(), there = least.load();
        const bool go_there = here > there + there / 16 + load_tolerance;
        place_for_new_ = go_there ? &least : this;
        placements_left_ =
            go_there ? std::min(placements_per_look, (here - there) / 2) : placements_per_look;
    }
    --placements_left_;
    return *place_for_new_;
}

std::size_t worker::load() const noexcept {
    const std::uint64_t finished = finished_.load(std::memory_order_relaxed);
    const std::uint64_t begun = begun_.load(std::memory_order_relaxed);
    return (begun > finished ? begun - finished : 0) + fresh_.size();
}

void worker::yield() noexcept {
    // Alone among the ready, it gives way to a new fiber.
    if (ready_.empty() && fresh_.size() != 0)
        skip_picks();
    ready_.push_back(*current_fiber);
    suspend(never);
}

void worker::suspend(time_point deadline) noexcept {
    scratch_.expect_not_lent();
    if (mutex_watch::at_suspension) [[unlikely]]
        mutex_watch::at_suspension();
    fiber_record& self = *current_fiber;
    const int saved_errno = *errno_; // looking for the next fiber makes system calls
    self.park_deadline = deadline;
    if (deadline != never)
        timers_.arm(self);
    fiber_record& next = pick_with_stack();
    budget_ = operation_budget;
    if (&next != &self) { // else its wait ended while it looked around
        // Whoever runs finds none but its own: they are set aside, mostly none, not exchanged.
        const exception_state in_flight =
            exceptions_->any() ? std::exchange(*exceptions_, {}) : exception_state{};
        switch_to(next, self.suspended_at, marks_of(self));
        if (in_flight.any()) [[unlikely]]
            *exceptions_ = in_flight;
    }
    *errno_ = saved_errno;
}

// ---- stacks, and the life of the fibers on them

sanitizer_marks& worker::marks_of(fiber_record& fiber) noexcept {
    return fiber.own_stack ? fiber.own_stack->marks : root_marks_;
}

void worker::switch_to(fiber_record& next, void*& from, sanitizer_marks& own_marks) noexcept {
    current_fiber = &next;
    switch_stacks(from, own_marks, next.suspended_at, marks_of(next));
}

/// The bottom of every fiber stack.
void worker_stack_main(boost::context::detail::transfer_t arrived) noexcept {
    stack& mine = *current_fiber->own_stack;
    complete_switch(arrived, mine.marks);
    this_worker->serve_from(mine);
}

/// Runs fibers on this stack one after the other without leaving it, as long as the next one is
/// new; else the stack becomes free and lies suspended here until another fiber begins on it.
void worker::serve_from(stack& mine) noexcept {
    for (;;) {
        current_fiber->run();
        current_fiber->end_locals();
        if (mutex_watch::at_end) [[unlikely]]
            mutex_watch::at_end();
        finish(*current_fiber);
        mine.occupant = current_fiber = nullptr;
        fiber_record& next = pick();
        budget_ = operation_budget;
        if (next.home()) {
            stacks_.release(mine);
            switch_to(next, mine.idle_at, mine.marks);
        } else {
            next.suspended_at = mine.top();
            begin(next, mine);
            current_fiber = &next;
        }
    }
}

void worker::begin(fiber_record& fiber, stack& on) noexcept {
    on.occupant = &fiber;
    fiber.own_stack = &on;
    fiber.settle_on(*this);
    count(begun_);
    if (core_.ending())
        fiber.request_stop();
}

/// Apart, as is abandon_for_want_of_stack(): what is rare must not cost suspend() registers to save.
[[gnu::noinline]] bool worker::begin_on_free_stack(fiber_record& fiber) noexcept {
    stack* const free = stacks_.acquire();
    if (!free)
        return false;
    if (!free->idle_at)
        free->idle_at =
            make_stack(stacks_.limit_of(*free), free->top(), worker_stack_main, free->marks);
    fiber.suspended_at = free->idle_at;
    begin(fiber, *free);
    return true;
}

/// Returns who was current until now.
fiber_record* worker::run_nobody() noexcept {
    fiber_record* const until_now = std::exchange(current_fiber, nullptr);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    return until_now;
}

void worker::finish(fiber_record& fiber) noexcept {
    fiber.conclude();
    timers_.forget(fiber);
    // As soon as it is disowned the record may go, and a signal may come and ask who runs.
    fiber_record* const current = run_nobody();
    if (fiber.disown()) {
        // Nobody has a handle. Destroying the result is the fiber's last act, and may suspend it.
        current_fiber = current;
        fiber.drop_result();
        timers_.forget(fiber);
        run_nobody();
        delete &fiber;
    }
    if (current != &fiber)
        current_fiber = current;
    count(finished_);
    if (core_.ending())
        core_.note_finish(); // if that is not seen yet, stop_all() is still to come
}

// ---- waking, from anywhere

void worker::make_ready(fiber_record& fiber) noexcept {
    if (this_worker == this) {
        ready_.push_back(fiber);
        ++woken_to_load_;
        return;
    }
    // From the push on the fiber may end, and its runtime with it: ~worker waits for `posting_`.
    posting_.fetch_add(1, std::memory_order_relaxed);
    if (this_worker && &this_worker->core_ == &core_)
        fellow_mail_.note();
    inbox_.push(fiber);
    wake_if_sleeping();
    posting_.fetch_sub(1, std::memory_order_release);
}

bool worker::wake_if_sleeping() noexcept {
    if (!sleeping_.load(std::memory_order_seq_cst) ||
        !sleeping_.exchange(false, std::memory_order_seq_cst))
        return false;
    poller_->interrupt();
    return true;
}

} // namespace fibers::detail
