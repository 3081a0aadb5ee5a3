#include <fibers/sync/condition_variable.hpp>

#include <fibers/detail/parking.hpp>

namespace fibers {

using detail::outcome;

condition_variable::~condition_variable() {
    // Whose wait has timed out or been stopped has yet to look at the queue once more.
    for (;;) {
        {
            const std::lock_guard guard{lock_};
            if (queue_.abandoned())
                return;
        }
        detail::yield_execution();
    }
}

void condition_variable::notify_one() noexcept {
    const detail::wait_node* first = nullptr;
    {
        const std::lock_guard guard{lock_};
        first = queue_.claim_first();
    }
    if (first)
        schedule(first->who());
}

void condition_variable::notify_all() noexcept {
    detail::agent_list claimed;
    {
        const std::lock_guard guard{lock_};
        queue_.claim_all(claimed);
    }
    claimed.schedule_all();
}

void condition_variable::wait(std::unique_lock<mutex>& lock) {
    wait_until_deadline(lock, detail::never);
}

cv_status condition_variable::wait_until_deadline(std::unique_lock<mutex>& lock,
                                                  detail::time_point deadline) {
    detail::parking self;
    detail::wait_node node{self.who()};
    outcome how = outcome::stopped;
    if (self.begin(detail::interruption::honoured)) {
        {
            const std::lock_guard guard{lock_};
            queue_.push_back(node);
        }
        lock.unlock();
        how = self.commit(deadline);
        if (how != outcome::woken) {
            const std::lock_guard guard{lock_};
            queue_.leave(node);
        }
        lock.lock();
    }
    if (how == outcome::timed_out)
        return cv_status::timeout;
    detail::throw_unless_woken(how, "fibers::condition_variable::wait");
    return cv_status::no_timeout;
}

} // namespace fibers
