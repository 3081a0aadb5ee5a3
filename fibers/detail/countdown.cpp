#include <fibers/detail/countdown.hpp>

#include <mutex>

namespace fibers::detail {

void countdown::subtract_last(std::ptrdiff_t n) noexcept {
    agent_list claimed;
    {
        const std::lock_guard guard{room_};
        // Others may have added to it meanwhile. Acquires what they have done before they subtracted,
        // for those who are claimed.
        if (count_.fetch_sub(n, std::memory_order_acq_rel) == n)
            room_.claim_all(claimed);
    }
    claimed.schedule_all();
}

void countdown::wait_for_zero(const char* what) const {
    throw_unless_woken(
        room_.wait([this] { return is_zero(); }, what, interruption::honoured, never),
        "fibers: waiting for a count to come to zero");
}

} // namespace fibers::detail
