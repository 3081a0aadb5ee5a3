#include <fibers/detail/semaphore_core.hpp>

#include <mutex>

namespace fibers::detail {

bool semaphore_core::acquire_contended(const char* what, time_point deadline) {
    const outcome how = room_.wait([this] { return acquire_or_announce(); }, what,
                                   interruption::honoured, deadline);
    if (how == outcome::timed_out)
        return false;
    throw_unless_woken(how, "fibers: waiting for a permit");
    return true;
}

/// Under the lock.
bool semaphore_core::acquire_or_announce() noexcept {
    std::uint64_t seen = state_.load(std::memory_order_relaxed);
    while (seen != awaited) {
        const std::uint64_t next = seen == 0 ? awaited : seen - permit;
        if (state_.compare_exchange_weak(seen, next, std::memory_order_acquire,
                                         std::memory_order_relaxed))
            return next != awaited;
    }
    return false;
}

void semaphore_core::release_contended(std::uint64_t n, std::uint64_t most) noexcept {
    agent_list claimed;
    {
        const std::lock_guard guard{room_};
        for (; n > 0; --n) {
            agent* const next = room_.claim_first();
            if (!next)
                break;
            claimed.push_back(*next);
        }
        std::uint64_t seen = state_.load(std::memory_order_relaxed);
        while (n > 0 && !state_.compare_exchange_weak(seen, with_more(seen, n, most),
                                                      std::memory_order_release,
                                                      std::memory_order_relaxed)) {
        }
    }
    claimed.schedule_all();
}

} // namespace fibers::detail
