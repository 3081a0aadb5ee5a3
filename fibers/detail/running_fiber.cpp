#include <fibers/detail/running_fiber.hpp>

#include <fibers/detail/parking.hpp>
#include <fibers/detail/runtime_core.hpp>
#include <fibers/detail/thread_state.hpp>
#include <fibers/detail/worker.hpp>

#include <algorithm>

namespace fibers::detail {

namespace {

constexpr std::chrono::milliseconds between_looks{1};

void pause() noexcept {
    parking self{"a moment"};
    self.begin(interruption::ignored);
    self.commit(deadline_after(between_looks));
}

} // namespace

held_worker interrupt_worker(runtime_core& core, unsigned index,
                             std::chrono::milliseconds patience) {
    stack_sample::prepare();
    held_worker held;
    core.for_worker(index, [&](worker& w) {
        held.thread = w.resting() ? 0 : w.thread_id();
        held.for_time = std::max<std::chrono::nanoseconds>(now() - w.round_time(), {});
    });
    if (held.thread == 0)
        return held;
    held.system_call = system_call_of(held.thread); // before it is interrupted
    std::uint32_t before = 0;
    core.for_worker(index, [&](worker& w) {
        held.exists = true;
        before = w.sample().sequence();
        stack_sample::ask(held.thread); // under the lock, so that it is still the worker's
    });
    const time_point deadline = deadline_after(patience);
    while (held.exists && !held.fiber && now() < deadline) {
        pause();
        core.for_worker(index, [&](worker& w) { held.fiber = w.sample().taken_after(before); });
    }
    return held;
}

} // namespace fibers::detail
