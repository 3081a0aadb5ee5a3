#include <fibers/detail/shared_mutex_core.hpp>

#include <mutex>

namespace fibers::detail {

outcome shared_mutex_core::acquire(access wanted, interruption mode, time_point deadline) noexcept {
    parking self{
        wanted == access::exclusive ? "a shared mutex, to write" : "a shared mutex, to read", this};
    wait_node node{self.who()};
    if (!self.begin(mode))
        return outcome::stopped;
    if (acquire_or_enqueue(wanted, node)) {
        self.cancel();
        return outcome::woken;
    }
    const outcome how = self.commit(deadline);
    if (how != outcome::woken)
        give_up(wanted, node);
    return how;
}

bool shared_mutex_core::acquire_or_throw(access wanted, time_point deadline) {
    const outcome how = acquire(wanted, interruption::honoured, deadline);
    if (how == outcome::timed_out)
        return false;
    throw_unless_woken(how, "fibers: waiting for a shared mutex");
    return true;
}

bool shared_mutex_core::acquire_or_enqueue(access wanted, wait_node& node) noexcept {
    const std::lock_guard guard{lock_};
    // Once `waiters` is seen the last holder comes here for the queues, after us.
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    for (;;) {
        const bool free = admits(wanted, seen);
        if (!state_.compare_exchange_weak(seen, free ? seen + share_of(wanted) : seen | waiters,
                                          std::memory_order_acquire, std::memory_order_relaxed))
            continue;
        if (!free)
            queue_for(wanted).push_back(node);
        return free;
    }
}

void shared_mutex_core::give_up(access wanted, wait_node& node) noexcept {
    agent_list admitted;
    {
        const std::lock_guard guard{lock_};
        queue_for(wanted).leave(node);
        // Readers may have waited for readers only because this writer was between them.
        const bool shared = !(state_.load(std::memory_order_relaxed) & writer);
        if (shared && writers_.empty())
            state_.fetch_add(admit(access::shared, admitted), std::memory_order_acquire);
        if (nobody_waits())
            state_.fetch_and(~waiters, std::memory_order_relaxed);
    }
    admitted.schedule_all();
}

void shared_mutex_core::unlock_contended() noexcept {
    // A reader's, as pthread_rwlock_unlock allows.
    if (!(state_.load(std::memory_order_relaxed) & writer)) {
        unlock_shared();
        return;
    }
    if (!hand_over(access::exclusive))
        unlock();
}

void shared_mutex_core::unlock_shared_contended() noexcept {
    if (!hand_over(access::shared))
        unlock_shared();
}

bool shared_mutex_core::hand_over(access held) noexcept {
    agent_list admitted;
    {
        const std::lock_guard guard{lock_};
        // Acquires what the readers that have left before have released.
        const std::uint32_t seen = state_.load(std::memory_order_acquire);
        if (seen != (share_of(held) | waiters))
            return false; // all who waited have given up, or readers been let in meanwhile
        const access other = held == access::exclusive ? access::shared : access::exclusive;
        std::uint32_t shares = admit(other, admitted);
        if (shares == 0)
            shares = admit(held, admitted);
        if (shares == 0)
            shares = share_of(held); // still the caller's, who gives it back as the last access
        // Nobody else changes it: the caller holds it alone, and newcomers have to come here.
        state_.store(shares | (nobody_waits() ? 0 : waiters), std::memory_order_release);
    }
    const bool handed_over = !admitted.empty();
    // Whoever gets the mutex may destroy it.
    admitted.schedule_all();
    return handed_over;
}

std::uint32_t shared_mutex_core::admit(access wanted, agent_list& admitted) noexcept {
    std::uint32_t shares = 0;
    while (wait_node* const next = queue_for(wanted).claim_first()) {
        admitted.push_back(next->who());
        shares += share_of(wanted);
        if (wanted == access::exclusive)
            break;
    }
    return shares;
}

} // namespace fibers::detail
