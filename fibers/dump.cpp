#include <fibers/dump.hpp>

#include <fibers/detail/fiber_snapshots.hpp>
#include <fibers/detail/running_fiber.hpp>
#include <fibers/detail/runtime_access.hpp>
#include <fibers/detail/spawn.hpp>
#include <fibers/detail/symbols.hpp>

#include <algorithm>
#include <cstdio>
#include <span>

namespace fibers {

namespace {

using detail::fiber_snapshot;
using detail::runtime_core;
using detail::worker;

class collector {
  public:
    collector(runtime_core& core, const dump_options& options) : core_(core), options_(options) {
        dump_.name = core.options().name;
    }

    fiber_dump collect() {
        core_.for_each_worker([&](worker& w) {
            worker_report& report = dump_.workers.emplace_back();
            report.thread = w.thread_id();
            if (report.thread != 0)
                report.cpu_time = detail::cpu_time_of(w.thread());
            report.fibers = static_cast<std::size_t>(w.begun() - w.finished());
            dump_.fresh += w.fresh().size();
        });
        dump_.fresh += core_.fresh_outside();
        for (unsigned i = 0; i < dump_.workers.size(); ++i)
            look_at(i);
        return std::move(dump_);
    }

  private:
    void look_at(unsigned index) {
        detail::fiber_snapshots walk{core_, index, options_.stacks};
        while (!walk.at_end())
            if (!walk.next(detail::deadline_after(options_.patience),
                           [&](const fiber_snapshot& fiber) { add(index, fiber); }))
                return interrupt(index);
    }

    void add(unsigned index, const fiber_snapshot& seen) {
        if (dump_.fibers.size() == options_.most_fibers) {
            ++dump_.left_out;
            return;
        }
        const detail::time_point now = detail::now();
        fiber_report& report = dump_.fibers.emplace_back();
        report.id = fiber_id(seen.id);
        report.name = seen.name.data();
        report.worker = index;
        report.state = seen.state;
        report.for_time = std::max<std::chrono::nanoseconds>(now - seen.since, {});
        if (seen.state == fiber_state::parked)
            report.waits_for = detail::what_it_waits_for(seen);
        if (seen.deadline != detail::never)
            report.deadline = seen.deadline - now;
        report.stack = symbols_.describe_fiber({seen.frames.data(), seen.frame_count});
    }

    /// A fiber holds the worker, or the whole thread does not come to anything.
    void interrupt(unsigned index) {
        worker_report& report = dump_.workers[index];
        const auto held = detail::interrupt_worker(core_, index, options_.patience);
        report.held = held.exists;
        report.system_call = held.system_call;
        if (!held.fiber || !held.fiber->id)
            return;
        fiber_report& running = dump_.fibers.emplace_back();
        running.id = fiber_id(held.fiber->id);
        running.name = held.fiber->name.data();
        running.worker = index;
        running.state = fiber_state::running;
        running.for_time = held.for_time;
        running.stack =
            symbols_.describe_fiber({held.fiber->frames.data(), held.fiber->frame_count});
    }

    runtime_core& core_;
    const dump_options& options_;
    fiber_dump dump_;
    detail::symbols symbols_;
};

} // namespace

fiber_dump dump_fibers(runtime& r, const dump_options& options) {
    return collector{detail::core_of(r), options}.collect();
}

fiber_dump dump_fibers(const dump_options& options) {
    return collector{detail::current_core("fibers::dump_fibers"), options}.collect();
}

} // namespace fibers
