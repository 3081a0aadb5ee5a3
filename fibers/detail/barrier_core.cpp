#include <fibers/detail/barrier_core.hpp>

#include <mutex>

namespace fibers::detail {

void barrier_core::begin_next_phase() noexcept {
    agent_list claimed;
    {
        const std::lock_guard guard{room_};
        // Between phases nobody may arrive, so nobody else writes.
        const phase next = phase_of(state_.load(std::memory_order_relaxed)) + 1;
        const std::uint32_t expected = participants_.load(std::memory_order_relaxed);
        state_.store(std::uint64_t{next} << phase_shift | expected, std::memory_order_release);
        room_.claim_all(claimed);
    }
    claimed.schedule_all();
}

void barrier_core::wait_for_end_of(phase p) const {
    throw_unless_woken(
        room_.wait([this, p] { return ended(p); }, "a barrier", interruption::honoured, never),
        "fibers: waiting at a barrier");
}

} // namespace fibers::detail
