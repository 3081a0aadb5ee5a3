#include <fibers/metrics.hpp>

#include <fibers/detail/fiber_walk.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/runtime_access.hpp>
#include <fibers/detail/runtime_core.hpp>
#include <fibers/detail/spawn.hpp>
#include <fibers/detail/worker.hpp>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <numeric>

namespace fibers {

namespace {

using detail::runtime_core;
using detail::worker;

constexpr std::chrono::milliseconds patience{100};
constexpr std::size_t counted_at_once =
    2048; // takes half a millisecond where nothing is in the cache

/// How many fibers of a worker are in which state, and what they wait for.
class census final : public detail::fiber_walk {
  public:
    census(runtime_core& core, unsigned index) noexcept
        : fiber_walk(core, index, counted_at_once) {}

    void take() noexcept {
        const detail::time_point deadline = detail::deadline_after(patience);
        while (!at_end() && go_on(deadline)) {
        }
    }

    void add_to(worker_metrics& into) const {
        into.counted = at_end();
        if (!into.counted)
            return;
        into.running = running_;
        into.ready = ready_;
        for (std::size_t i = 0; i < causes_used_; ++i)
            into.parked[causes_[i].what.data()] += causes_[i].fibers;
        if (others_ != 0)
            into.parked["something else"] += others_;
    }

  private:
    struct cause {
        std::array<char, 48> what; // a copy: the text is the waiting fiber's
        std::size_t fibers;
    };

    void look_at(const worker&, const detail::fiber_record& fiber,
                 fiber_state state) noexcept override {
        switch (state) {
        case fiber_state::running:
            ++running_;
            break;
        case fiber_state::ready:
            ++ready_;
            break;
        case fiber_state::parked:
            ++fibers_that_wait_for(fiber.wait->what());
            break;
        }
    }

    std::size_t& fibers_that_wait_for(const char* what) noexcept {
        for (std::size_t i = 0; i < causes_used_; ++i)
            if (std::strncmp(causes_[i].what.data(), what, longest) == 0)
                return causes_[i].fibers;
        if (causes_used_ == causes_.size())
            return others_;
        cause& fresh = causes_[causes_used_++];
        fresh.what = {};
        std::strncpy(fresh.what.data(), what, longest);
        fresh.fibers = 0;
        return fresh.fibers;
    }

    static constexpr std::size_t longest = sizeof(cause::what) - 1;

    std::size_t running_ = 0, ready_ = 0, others_ = 0, causes_used_ = 0;
    std::array<cause, 32> causes_; // the worker allocates nothing for it
};

void add_counts(worker& w, worker_metrics& m) {
    const detail::worker_counters& counted = w.counters();
    m.begun = w.begun();
    m.spawned = w.spawned();
    m.stolen = counted.stolen.value();
    const std::uint64_t skipped = counted.skipped_picks.value();
    m.switches = w.picks() - skipped;
    m.polls = counted.polls.value();
    m.sleeps = counted.sleeps.value();
    if (w.thread_id() != 0)
        m.cpu_time = detail::cpu_time_of(w.thread());
    for (std::size_t i = 0; i < delay_histogram::buckets; ++i)
        m.queue_delay.counts[i] = counted.queue_delays[i].value();
    m.queue_delay.sum = std::chrono::nanoseconds{counted.queue_delay_sum.value()};
    m.fresh = w.fresh().size();
    const std::size_t stacks = w.stacks().made();
    m.stacks_in_use = std::min(stacks, static_cast<std::size_t>(m.begun - m.ended));
    m.stacks_idle = stacks - m.stacks_in_use;
    m.stack_bytes = stacks * w.stacks().stack_size();
    m.descriptors = w.poller().registered();
}

runtime_metrics collect(runtime_core& core) {
    runtime_metrics all;
    all.name = core.options().name;
    std::deque<census> censuses; // they do not move
    for (unsigned i = 0; i < core.worker_count(); ++i)
        censuses.emplace_back(core, i).take();

    // What ends first: whatever has ended has begun, and has been spawned before.
    core.for_each_worker([&](worker& w) { all.workers.emplace_back().ended = w.finished(); });
    std::size_t index = 0;
    core.for_each_worker([&](worker& w) {
        if (index < all.workers.size())
            add_counts(w, all.workers[index++]);
    });
    for (std::size_t i = 0; i < all.workers.size(); ++i)
        censuses[i].add_to(all.workers[i]);

    const std::uint64_t outside = core.spawned_outside();
    all.total = std::accumulate(all.workers.begin(), all.workers.end(), worker_metrics{},
                                [](worker_metrics sum, const worker_metrics& m) {
                                    sum += m;
                                    return sum;
                                });
    all.total.spawned += outside;
    all.total.fresh += core.fresh_outside();
    all.alive = static_cast<std::size_t>(all.total.spawned - all.total.ended);
    all.blocking = core.blocking_threads().metrics();
    return all;
}

} // namespace

std::uint64_t delay_histogram::count() const noexcept {
    return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

delay_histogram& delay_histogram::operator+=(const delay_histogram& other) noexcept {
    std::transform(counts.begin(), counts.end(), other.counts.begin(), counts.begin(),
                   std::plus<>{});
    sum += other.sum;
    return *this;
}

worker_metrics& worker_metrics::operator+=(const worker_metrics& other) {
    spawned += other.spawned;
    begun += other.begun;
    ended += other.ended;
    stolen += other.stolen;
    switches += other.switches;
    polls += other.polls;
    sleeps += other.sleeps;
    cpu_time += other.cpu_time;
    queue_delay += other.queue_delay;
    fresh += other.fresh;
    stacks_in_use += other.stacks_in_use;
    stacks_idle += other.stacks_idle;
    stack_bytes += other.stack_bytes;
    descriptors += other.descriptors;
    counted = counted && other.counted;
    running += other.running;
    ready += other.ready;
    for (const auto& [what, fibers] : other.parked)
        parked[what] += fibers;
    return *this;
}

runtime_metrics collect_metrics(runtime& r) {
    return collect(detail::core_of(r));
}

runtime_metrics collect_metrics() {
    return collect(detail::current_core("fibers::collect_metrics"));
}

} // namespace fibers
