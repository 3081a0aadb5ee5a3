#include <fibers/detail/worker.hpp>

#include <fibers/detail/cache_warming.hpp>
#include <fibers/detail/cpu_relax.hpp>
#include <fibers/detail/runtime_core.hpp>

#include <algorithm>
#include <thread>

// What a worker does between two fibers, when it is time for that or there is no fiber.
namespace fibers::detail {

namespace {

constexpr time_point without_waiting{};
constexpr std::chrono::milliseconds trim_interval{1000}, trim_step{10};

} // namespace

void worker::look_around() noexcept {
    if (poller_->watching()) {
        poll(without_waiting);
    } else {
        fire_timers();
        begin_round();
    }
    core_.take_outside_work(*this);
}

void worker::begin_round() noexcept {
    round_time_.store(coarse_now(), std::memory_order_relaxed);
    if (counts_metrics && !delay_sampled_ && !ready_.empty() && round_time() != delay_sample_round_)
        begin_delay_sample();
    if (stop_all_.load(std::memory_order_acquire))
        stop_all();
    if (visitors_.has_visitors()) [[unlikely]]
        receive_visitors();
}

/// Of the last that is ready, which has just become so. Once a tick of the coarse clock: two looks at the
/// fine one cost more than a switch.
void worker::begin_delay_sample() noexcept {
    delay_sampled_ = &ready_.last();
    delay_sampled_at_ = now();
    delay_sample_round_ = round_time();
}

[[gnu::cold]] void worker::end_delay_sample() noexcept {
    delay_sampled_ = nullptr;
    counters_.note_queue_delay(now() - delay_sampled_at_);
}

/// The next pick is one that prefers new fibers.
void worker::skip_picks() noexcept {
    const std::uint64_t last = picks(), to = last | (fresh_interval - 1);
    counters_.skipped_picks.add(to - last);
    picks_.store(to, std::memory_order_relaxed);
}

void worker::fire_timers() noexcept {
    // Where many sleep, the next one to wake is fetched while the worker waits for its time.
    if (!timers_.empty() && timers_.fire(now(), ready_) && !timers_.empty())
        load_stack(timers_.first());
}

/// Not on the stack of the fiber that happens to look around, which may have little left.
void worker::receive_visitors() noexcept try {
    call_on_scratch([this] { visitors_.receive(); });
} catch (const std::bad_alloc&) {
    visitors_.close();
}

void worker::wait_for_work() noexcept {
    if (core_.find_work_for(*this))
        return;
    resting_.store(true, std::memory_order_relaxed);
    sleep_until_work_comes();
    resting_.store(false, std::memory_order_relaxed);
}

void worker::sleep_until_work_comes() noexcept {
    time_point deadline = timers_.next();
    if (stacks_.trimmable() || records_.trimmable())
        deadline = std::min(deadline, trim());
    fellow_mail_.begin_wait();
    if (!look_out())
        sleep(deadline);
    fellow_mail_.end_wait();
}

/// For what is likely to come at once. True: there is something to do.
bool worker::look_out() noexcept {
    time_point until = fellow_mail_.limit();
    if (const auto busy = core_.options().busy_poll; busy.count() > 0)
        until = std::max(until, deadline_after(busy));
    if (until == time_point{})
        return false;
    for (; now() < until; pause_between_looks()) {
        look_around();
        if (!ready_.empty() || work_has_come())
            return true;
    }
    return false;
}

bool worker::hesitate() noexcept {
    if (!fellow_mail_.likely() || !ready_.empty() || has_mail() || fresh_.size() != 0)
        return false;
    budget_ = 1;
    pause_between_looks();
    return true;
}

/// Each look at what fellows write takes a cache line away from them, so that a few hundred nanoseconds
/// between two are well spent. Where they have no processor of their own they get this one.
void worker::pause_between_looks() noexcept {
    if (fellow_mail_.from_here() || !core_.workers_have_processors())
        std::this_thread::yield();
    else
        for (int i = 0; i < 10; ++i)
            cpu_relax();
}

void worker::sleep(time_point deadline) noexcept {
    // Whoever leaves work after this store sees it and interrupts; what came before is seen below.
    sleeping_.store(true, std::memory_order_seq_cst);
    core_.note_sleeping();
    if (work_has_come())
        deadline = without_waiting;
    if (deadline == never)
        sleep_without_end();
    else
        poll(deadline);
    if (deadline != without_waiting)
        counters_.sleeps.add();
    core_.note_awake();
    sleeping_.store(false, std::memory_order_relaxed);
    // It turns to one fiber now, and may be long. Whatever else is new needs someone who looks after it.
    if (core_.work_exists())
        core_.invite_thief();
}

/// Nothing that this worker knows of will end this sleep. If it lasts, nothing may.
void worker::sleep_without_end() noexcept {
    deadlock_watch& watch = core_.deadlocks();
    if (!watch.on()) {
        poll(never);
        return;
    }
    if (poller_->alarm() != patience_ends_) {
        patience_ends_ = deadline_after(deadlock_watch::patience);
        poller_->set_alarm(patience_ends_);
        picks_at_alarm_ = picks();
    }
    poll(never);
    const bool slept_through = poller_->alarm() == never && picks() == picks_at_alarm_;
    if (!slept_through || !ready_.empty() || work_has_come())
        return;
    poll(watch.resign());
    watch.go_on();
}

bool worker::work_has_come() const noexcept {
    return !inbox_.empty() || core_.work_exists() || visitors_.has_visitors() ||
           stop_all_.load(std::memory_order_seq_cst);
}

/// Gives back, bit by bit, what a burst of fibers has left. Returns when to come again.
time_point worker::trim() noexcept {
    const time_point time = now();
    if (time >= next_trim_) {
        const bool more_stacks = stacks_.trim(), more_records = records_.trim();
        next_trim_ = time + (more_stacks || more_records ? trim_step : trim_interval);
    }
    return next_trim_;
}

void worker::request_stop_of_all() noexcept {
    stop_all_.store(true, std::memory_order_seq_cst);
    poller_->interrupt();
}

void worker::stop_all() noexcept {
    stop_all_.store(false, std::memory_order_relaxed);
    stacks_.for_each_occupant([this](fiber_record& fiber) {
        if (fiber.request_stop())
            ready_.push_back(fiber);
    });
    core_.note_finish();
}

} // namespace fibers::detail
