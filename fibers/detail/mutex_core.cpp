#include <fibers/detail/mutex_core.hpp>

#include <fibers/detail/parking.hpp>

#include <mutex>

namespace fibers::detail {

struct mutex_core::waiter : wait_node {
    using wait_node::wait_node;

    bool overtaken = false; // woken once, and too late
    bool owns = false;      // the mutex has been handed over
};

outcome mutex_core::acquire(interruption mode, time_point deadline) noexcept {
    parking self{"a mutex", this};
    waiter node{self.who()};
    for (;;) {
        if (!self.begin(mode))
            return outcome::stopped;
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
        if (node.owns || try_lock())
            return outcome::woken;
        node.overtaken = true;
    }
}

bool mutex_core::acquire_or_enqueue(waiter& node) noexcept {
    const std::lock_guard guard{lock_};
    // Once `waiters` is seen the holder's unlock comes here for the queue, after us.
    std::uint32_t seen = state_.fetch_or(waiters, std::memory_order_relaxed) | waiters;
    while (!(seen & locked))
        if (state_.compare_exchange_weak(seen, locked | waiters, std::memory_order_acquire,
                                         std::memory_order_relaxed))
            return true;
    if (node.overtaken)
        queue_.push_front(node);
    else
        queue_.push_back(node);
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
    for (;;) {
        waiter* next = nullptr;
        {
            const std::lock_guard guard{lock_};
            next = static_cast<waiter*>(queue_.claim_first());
            if (queue_.empty())
                state_.fetch_and(~waiters, std::memory_order_relaxed);
        }
        // Whoever gets the mutex may destroy it, so giving it away is the last access in each case.
        if (next && next->overtaken) {
            next->owns = true;
            schedule(next->who());
            return;
        }
        if (next) {
            state_.fetch_and(~locked, std::memory_order_release);
            schedule(next->who());
            return;
        }
        std::uint32_t seen = locked;
        if (state_.compare_exchange_strong(seen, 0, std::memory_order_release,
                                           std::memory_order_relaxed))
            return;
    }
}

} // namespace fibers::detail
