#include <fibers/detail/deadlock_watch.hpp>

#include <fibers/detail/parking.hpp>
#include <fibers/detail/runtime_core.hpp>
#include <fibers/detail/thread_setup.hpp>
#include <fibers/detail/worker.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <optional>

namespace fibers::detail {

namespace {

// Another thread may end without having woken anybody, and nobody tells.
constexpr std::chrono::seconds until_next_look{1};
constexpr unsigned longest_report = 100;

void describe(const fiber_record& fiber, const char* before, char (&text)[128]) noexcept {
    if (fiber.name())
        std::snprintf(text, sizeof text, "%sfiber %p \"%s\"", before,
                      static_cast<const void*>(&fiber), fiber.name().c_str());
    else
        std::snprintf(text, sizeof text, "%sfiber %p", before, static_cast<const void*>(&fiber));
}

} // namespace

time_point deadlock_watch::resign() noexcept {
    std::uint32_t all = core_.worker_count();
    // Of those that resign at once, one looks; not if another has gone on meanwhile.
    if (resigned_.fetch_add(1) + 1 != all || !resigned_.compare_exchange_strong(all, all | looking))
        return never;
    const time_point next_look = look_around();
    resigned_.fetch_and(~looking);
    resigned_.notify_all();
    return next_look;
}

void deadlock_watch::go_on() noexcept {
    resigned_.fetch_sub(1);
    for (std::uint32_t seen = resigned_.load(); seen & looking; seen = resigned_.load())
        resigned_.wait(seen);
}

/// Returns when to do that again.
time_point deadlock_watch::look_around() noexcept {
    if (reported_ || a_descriptor_is_awaited())
        return never;
    const std::optional<unsigned> resting = core_.blocking_threads().threads_at_rest();
    const std::optional<unsigned> threads = threads_of_process();
    if (!resting || !threads)
        return never;
    if (*threads != core_.worker_count() + *resting + core_.onlookers())
        return deadline_after(until_next_look);
    // A thread that has ended may have woken somebody before.
    if (a_fiber_is_ready())
        return never;
    report();
    if (action_ == deadlock_action::abort)
        std::abort();
    reported_ = true;
    return never;
}

/// Whether that holds for any that is parked, the roots of the other workers aside: they wait for
/// the runtime's end.
template <class F>
bool deadlock_watch::any_fiber(F holds) const noexcept {
    const auto& workers = core_.workers();
    if (holds(workers.front()->root()))
        return true;
    for (const auto& w : workers)
        if (w->stacks().any_occupant(holds))
            return true;
    return false;
}

bool deadlock_watch::a_descriptor_is_awaited() const noexcept {
    return any_fiber(
        [](const fiber_record& fiber) { return fiber.wait->kind() == awaited::descriptor; });
}

bool deadlock_watch::a_fiber_is_ready() const noexcept {
    for (const auto& w : core_.workers())
        if (w->has_mail())
            return true;
    return core_.work_exists();
}

void deadlock_watch::report() const noexcept {
    ::dprintf(STDERR_FILENO, "weft: deadlock: every fiber waits, and nothing can wake one\n");
    const fiber_record* const main = &core_.workers().front()->root();
    unsigned fibers = 0;
    any_fiber([&](const fiber_record& fiber) {
        if (++fibers > longest_report)
            return false;
        char who[128] = "the main fiber", what[128];
        if (&fiber != main)
            describe(fiber, "", who);
        const parking& wait = *fiber.wait;
        if (wait.kind() == awaited::end_of_fiber)
            describe(*static_cast<const fiber_record*>(wait.which()), "the end of ", what);
        else if (wait.which())
            std::snprintf(what, sizeof what, "%s (%p)", wait.what(), wait.which());
        else
            std::snprintf(what, sizeof what, "%s", wait.what());
        ::dprintf(STDERR_FILENO, "weft:   %s waits for %s\n", who, what);
        return false;
    });
    if (fibers > longest_report)
        ::dprintf(STDERR_FILENO, "weft:   and %u more\n", fibers - longest_report);
}

} // namespace fibers::detail
