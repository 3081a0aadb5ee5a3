#include <fibers/detail/mutex_core.hpp>

#include <fibers/detail/parking.hpp>

#include <mutex>

namespace fibers::detail {

struct mutex_core::waiter : wait_node {
    using wait_node::wait_node;

    bool woken = false; // and on its way, or too late
    bool owns = false;  // the mutex has been handed over
};

outcome mutex_core::acquire(interruption mode, time_point deadline) noexcept {
    parking self{"a mutex", this};
    waiter node{self.who()};
    for (;;) {
        if (!self.begin(mode))
            return node.woken && acquire_or_mark(node, 0) ? outcome::woken : outcome::stopped;
        if (acquire_or_enqueue(node)) {
            self.cancel();
            return outcome::woken;
        }
        const outcome how = self.commit(deadline);
        if (how != outcome::woken) {
            const std::lock_guard guard{lock_};
            queue_.leave(node);
            return how;
        }
        if (node.owns || acquire_as_woken())
            return outcome::woken;
    }
}

bool mutex_core::acquire_or_enqueue(waiter& node) noexcept {
    const std::lock_guard guard{lock_};
    // Once `waiters` is seen the holder's unlock comes here for the queue, after us.
    if (acquire_or_mark(node, waiters))
        return true;
    if (node.woken)
        queue_.push_front(node);
    else
        queue_.push_back(node);
    return false;
}

bool mutex_core::acquire_or_mark(const waiter& node, std::uint32_t flags) noexcept {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    for (;;) {
        const bool free = !(seen & locked) || (node.woken && (seen & granted));
        const std::uint32_t others = node.woken ? seen & waiters : seen; // it is on its way no more
        if (state_.compare_exchange_weak(seen, others | locked | (free ? 0 : flags),
                                         std::memory_order_acquire, std::memory_order_relaxed))
            return free;
    }
}

bool mutex_core::acquire_as_woken() noexcept {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    while (!(seen & locked) || (seen & granted))
        if (state_.compare_exchange_weak(seen, locked | (seen & waiters), std::memory_order_acquire,
                                         std::memory_order_relaxed))
            return true;
    return false;
}

void mutex_core::lock_contended() noexcept {
    acquire(interruption::ignored, never);
}

bool mutex_core::try_lock_until(time_point deadline) {
    if (try_lock())
        return true;
    const outcome how = acquire(interruption::honoured, deadline);
    if (how == outcome::timed_out)
        return false;
    throw_unless_woken(how, "fibers: waiting for a mutex");
    return true;
}

void mutex_core::unlock_contended() noexcept {
    while (!release_without_the_queue()) {
        waiter* next = nullptr;
        {
            const std::lock_guard guard{lock_};
            next = static_cast<waiter*>(queue_.claim_first());
            if (next && !next->woken)
                state_.fetch_or(waking, std::memory_order_relaxed);
            if (queue_.empty())
                state_.fetch_and(~waiters, std::memory_order_relaxed);
        }
        if (!next)
            continue;
        // Whoever gets the mutex may destroy it, so giving it away is the last access in each case.
        if (next->woken) {
            next->owns = true;
        } else {
            next->woken = true;
            state_.fetch_and(~locked, std::memory_order_release);
        }
        schedule(next->who());
        return;
    }
}

bool mutex_core::release_without_the_queue() noexcept {
    std::uint32_t seen = state_.load(std::memory_order_relaxed);
    while (seen & locked) { // or else it is not the caller's to unlock
        std::uint32_t released = 0;
        if (seen & waking)
            released =
                seen < patience * one_release ? (seen & ~locked) + one_release : seen | granted;
        else if (seen & waiters)
            return false;
        if (state_.compare_exchange_weak(seen, released, std::memory_order_release,
                                         std::memory_order_relaxed))
            break;
    }
    return true;
}

} // namespace fibers::detail
