#include <fibers/sync/event.hpp>

#include <mutex>

namespace fibers {

using detail::outcome;

void manual_reset_event::set() noexcept {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    // Where it is open already it is written all the same: a reset() that comes now must see what the
    // caller has done before.
    while (seen != awaited)
        if (state_.compare_exchange_weak(seen, open, std::memory_order_release,
                                         std::memory_order_relaxed))
            return;
    detail::agent_list claimed;
    {
        const std::lock_guard guard{room_};
        state_.store(open, std::memory_order_release);
        room_.claim_all(claimed);
    }
    claimed.schedule_all();
}

void manual_reset_event::reset() noexcept {
    std::uint32_t seen = open;
    state_.compare_exchange_strong(seen, closed, std::memory_order_acquire,
                                   std::memory_order_relaxed);
}

bool manual_reset_event::wait_until_deadline(detail::time_point deadline) const {
    if (is_set())
        return true;
    const outcome how = room_.wait([this] { return is_set_or_announce(); }, "an event",
                                   detail::interruption::honoured, deadline);
    if (how == outcome::timed_out)
        return false;
    detail::throw_unless_woken(how, "fibers: waiting for an event");
    return true;
}

/// Under the lock.
bool manual_reset_event::is_set_or_announce() const noexcept {
    std::uint32_t seen = closed;
    state_.compare_exchange_strong(seen, awaited, std::memory_order_acquire,
                                   std::memory_order_acquire);
    return seen == open;
}

} // namespace fibers
