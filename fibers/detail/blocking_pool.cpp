#include <fibers/detail/blocking_pool.hpp>

#include <fibers/detail/cpu_relax.hpp>
#include <fibers/detail/current_fiber.hpp>
#include <fibers/detail/parking.hpp>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

namespace fibers::detail {

namespace {

// What it takes to wake a sleeping thread, or some.
constexpr std::chrono::microseconds looking_out_time{20};
constexpr unsigned most_passes = 64;

} // namespace

/// A call on its way. It lies on the stack of the fiber that waits for it.
///
/// | state   | meaning                                | leaves by                       |
/// |---------|----------------------------------------|---------------------------------|
/// | queued  | no thread has taken it                 | next_job → running;             |
/// |         |                                        | withdraw: it is the caller's    |
/// | running | a thread calls the function            | finish → done                   |
/// | done    | the thread does not touch it any more  | –                               |
struct blocking_pool::job {
    enum class state : std::uint8_t { queued, running, done };

    void (*const function)(void*);
    void* const argument;
    agent& caller;
    int error; // errno, there and back
    state now = state::queued;
    std::exception_ptr failure{};
    job* previous = nullptr;
    job* next = nullptr;
};

blocking_pool::blocking_pool(const std::string& name, unsigned most_threads,
                             std::chrono::nanoseconds longest_rest)
    : name_(name + " blocking")
    , longest_rest_(longest_rest)
    , may_look_out_(available_processors() > 1)
    , slots_(most_threads) {}

void blocking_pool::end() noexcept {
    agent_list resting;
    {
        const std::lock_guard guard{lock_};
        ending_ = true; // from here on none retires, so the slots don't change
        resting_.claim_all(resting);
    }
    resting.schedule_all();
    for (std::optional<std::thread>& thread : slots_)
        if (thread)
            thread->join();
    if (retired_.joinable())
        retired_.join();
}

std::optional<unsigned> blocking_pool::threads_at_rest() noexcept {
    const std::lock_guard guard{lock_};
    return at_rest_ == threads_ ? std::optional{threads_} : std::nullopt;
}

blocking_metrics blocking_pool::metrics() noexcept {
    const std::lock_guard guard{lock_};
    return {.threads = threads_,
            .busy = busy_,
            .queued = queued_.load(std::memory_order_relaxed),
            .done = done_};
}

// ---- the caller's side

void blocking_pool::call(void (*function)(void*), void* argument) {
    constexpr const char* where = "fibers::blocking";
    throw_unless_woken(impending_interruption(), where);
    job mine{.function = function, .argument = argument, .caller = *current_fiber, .error = errno};
    submit(mine);
    const outcome how = await(mine, interruption::honoured);
    if (how != outcome::woken) {
        if (withdraw(mine))
            throw_unless_woken(how, where);
        await(mine, interruption::ignored);
    }
    errno = mine.error;
    if (mine.failure)
        std::rethrow_exception(std::move(mine.failure));
}

void blocking_pool::submit(job& fresh) noexcept {
    reinforcement called;
    {
        const std::lock_guard guard{lock_};
        push(fresh);
        called = call_thread();
    }
    bring(called);
}

outcome blocking_pool::await(job& mine, interruption mode) noexcept {
    parking self{"a blocking call", &mine};
    if (!self.begin(mode))
        return outcome::stopped;
    bool done = false;
    {
        const std::lock_guard guard{lock_};
        done = mine.now == job::state::done;
    }
    if (!done)
        return self.commit();
    self.cancel();
    return outcome::woken;
}

/// False: it has begun.
bool blocking_pool::withdraw(job& mine) noexcept {
    const std::lock_guard guard{lock_};
    if (mine.now != job::state::queued)
        return false;
    unlink(mine);
    return true;
}

// ---- the queue

void blocking_pool::push(job& fresh) noexcept {
    fresh.previous = last_;
    (last_ ? last_->next : first_) = &fresh;
    last_ = &fresh;
    queued_.store(queued_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void blocking_pool::unlink(job& gone) noexcept {
    (gone.previous ? gone.previous->next : first_) = gone.next;
    (gone.next ? gone.next->previous : last_) = gone.previous;
    queued_.store(queued_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
}

// ---- threads come

/// Under the lock. Who is called must then be brought, outside it.
blocking_pool::reinforcement blocking_pool::call_thread() noexcept {
    if (coming_ || !first_)
        return {};
    reinforcement called;
    if (const wait_node* const newest = resting_.claim_first()) {
        called.resting = &newest->who();
        --at_rest_;
    } else if (threads_ < slots_.size()) {
        const auto free = std::find(slots_.begin(), slots_.end(), std::nullopt);
        free->emplace();
        ++threads_;
        called.slot = static_cast<unsigned>(free - slots_.begin());
    }
    coming_ = called.resting || called.slot;
    return called;
}

void blocking_pool::bring(reinforcement called) noexcept {
    if (called.resting)
        schedule(*called.resting);
    else if (called.slot)
        start_thread(*called.slot);
}

void blocking_pool::start_thread(unsigned slot) noexcept {
    try {
        const signals_blocked for_the_thread; // which inherits that
        std::thread made{[this, slot] { serve(slot); }};
        const std::lock_guard guard{lock_};
        *slots_[slot] = std::move(made);
    } catch (...) { // std::system_error, std::bad_alloc
        give_up(slot, std::current_exception());
    }
}

/// No thread can be made. Where there is none that could come later, the calls fail.
void blocking_pool::give_up(unsigned slot, const std::exception_ptr& why) noexcept {
    agent_list failed;
    {
        const std::lock_guard guard{lock_};
        coming_ = false;
        slots_[slot].reset();
        if (--threads_ > 0)
            return;
        while (first_) {
            job& hopeless = *first_;
            unlink(hopeless);
            hopeless.failure = why;
            if (conclude(hopeless))
                failed.push_back(hopeless.caller);
        }
    }
    failed.schedule_all();
}

// ---- what they do

void blocking_pool::serve(unsigned slot) noexcept {
    name_this_thread(name_, slot);
    where_.adopt();
    bool coming = true;
    while (job* const next = next_job(slot, coming)) {
        run(*next);
        coming = finish(*next);
    }
}

void blocking_pool::run(job& mine) noexcept {
    errno = mine.error;
    try {
        mine.function(mine.argument);
    } catch (...) {
        mine.failure = std::current_exception();
    }
    mine.error = errno;
}

/// Under the lock. True: the caller must be scheduled. Else it has not parked yet, or a stop has ended
/// its wait: it looks at the state next.
bool blocking_pool::conclude(job& mine) noexcept {
    mine.now = job::state::done;
    return mine.caller.claim(outcome::woken);
}

/// True: this thread is the one that is coming, for what its caller does next.
bool blocking_pool::finish(job& mine) noexcept {
    agent& caller = mine.caller;
    bool waits = false, comes = false;
    {
        const std::lock_guard guard{lock_};
        waits = conclude(mine);
        --busy_;
        ++done_;
        comes = !std::exchange(coming_, true);
    }
    if (waits)
        schedule(caller);
    return comes;
}

/// Null: the thread is to end.
blocking_pool::job* blocking_pool::next_job(unsigned slot, bool coming) noexcept {
    std::unique_lock guard{lock_};
    if (coming)
        coming_ = false;
    if (!first_ && !coming_ && looking_out_pays())
        look_out(guard);
    while (!first_) {
        if (ending_ || (!rest(guard) && !first_ && retire(guard, slot)))
            return nullptr;
    }
    job& next = *first_;
    unlink(next);
    next.now = job::state::running;
    ++busy_;
    const reinforcement called = call_thread();
    guard.unlock();
    bring(called);
    return &next;
}

/// It costs processor time, so after looking in vain a few occasions pass, and more each time.
bool blocking_pool::looking_out_pays() noexcept {
    if (to_pass_ == 0)
        return may_look_out_;
    --to_pass_;
    return false;
}

void blocking_pool::look_out(std::unique_lock<short_lock>& guard) noexcept {
    coming_ = true;
    guard.unlock();
    const time_point end = deadline_after(looking_out_time);
    while (queued_.load(std::memory_order_relaxed) == 0 && now() < end)
        cpu_relax();
    guard.lock();
    coming_ = false;
    passes_ = first_ ? 1 : std::min(2 * passes_, most_passes);
    to_pass_ = first_ ? 0 : passes_;
}

/// False: there was nothing to do for long.
bool blocking_pool::rest(std::unique_lock<short_lock>& guard) noexcept {
    parking self{"a call to make", this};
    wait_node node{self.who()};
    self.begin(interruption::ignored);
    resting_.push_front(node);
    ++at_rest_;
    guard.unlock();
    const outcome how = self.commit(deadline_after(longest_rest_));
    guard.lock();
    if (how == outcome::woken) {
        coming_ = false;
        return true;
    }
    resting_.leave(node);
    --at_rest_;
    return false;
}

/// The thread leaves its slot, unless the pool ends or who has made it has yet to put it there.
bool blocking_pool::retire(std::unique_lock<short_lock>& guard, unsigned slot) noexcept {
    if (ending_ || !slots_[slot]->joinable())
        return false;
    std::thread before = std::exchange(retired_, std::move(*slots_[slot]));
    slots_[slot].reset();
    --threads_;
    guard.unlock();
    if (before.joinable())
        before.join();
    return true;
}

} // namespace fibers::detail
