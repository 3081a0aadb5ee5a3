#include <fibers/detail/watchdog.hpp>

#include <fibers/detail/futex.hpp>
#include <fibers/detail/running_fiber.hpp>
#include <fibers/detail/runtime_core.hpp>
#include <fibers/detail/stack_report.hpp>
#include <fibers/detail/thread_setup.hpp>
#include <fibers/detail/worker.hpp>

#include <algorithm>
#include <exception>
#include <span>
#include <sstream>
#include <string>

namespace fibers::detail {

namespace {

constexpr int looks_per_limit = 4;
constexpr std::chrono::milliseconds patience{100}; // with the thread that is interrupted

} // namespace

watchdog::watchdog(runtime_core& core, std::chrono::milliseconds limit)
    : core_(core)
    , limit_(limit)
    , sights_(core.worker_count(), sight{.picks = 0, .since = now(), .reported = false}) {
    if (limit.count() == 0)
        return;
    const signals_blocked for_the_thread; // which inherits that
    thread_ = std::thread{[this] { watch(); }};
    core_.note_onlooker(1);
}

watchdog::~watchdog() {
    if (!thread_.joinable())
        return;
    ending_.store(1);
    futex_wake_one(&ending_);
    thread_.join();
    core_.note_onlooker(-1);
}

void watchdog::watch() noexcept {
    name_this_thread(core_.options().name + " watchdog", 0);
    while (ending_.load() == 0) {
        try {
            for (unsigned i = 0; i < sights_.size(); ++i)
                look_at(i);
        } catch (const std::exception& error) { // out of memory, say; it may have some next time
            report_with_stack(std::string("watchdog: ") + error.what(), {});
        }
        futex_wait(ending_, 0, deadline_after(std::chrono::nanoseconds{limit_} / looks_per_limit));
    }
}

void watchdog::look_at(unsigned index) {
    sight& last = sights_[index];
    const time_point time = now();
    bool held = false;
    core_.for_worker(index, [&](worker& w) {
        if (w.resting() || w.picks() != last.picks)
            last = {.picks = w.picks(), .since = time, .reported = false};
        held = time - last.since >= limit_;
    });
    if (!held || last.reported)
        return;
    last.reported = true;
    report(index);
}

void watchdog::report(unsigned index) const {
    const held_worker held = interrupt_worker(core_, index, patience);
    if (!held.exists)
        return;
    std::ostringstream text;
    text << "watchdog: "
         << (held.fiber && held.fiber->id ? title_of_fiber(held.fiber->id, held.fiber->name.data())
                                          : "a fiber")
         << " has held worker " << index << " (thread " << held.thread << ") for more than "
         << limit_.count() << " ms";
    if (!held.system_call.empty())
        text << ", in " << held.system_call;
    std::span<void* const> frames;
    if (held.fiber)
        frames = {held.fiber->frames.data(), held.fiber->frame_count};
    report_with_stack(text.str(), frames);
}

} // namespace fibers::detail
