#include <fibers/sync/condition_variable.hpp>

#include <fibers/detail/parking.hpp>

namespace fibers {

using detail::outcome;

void condition_variable::notify_one() noexcept {
    detail::agent* first = nullptr;
    {
        const std::lock_guard guard{waiters_};
        first = waiters_.claim_first();
    }
    if (first)
        schedule(*first);
}

void condition_variable::notify_all() noexcept {
    detail::agent_list claimed;
    {
        const std::lock_guard guard{waiters_};
        waiters_.claim_all(claimed);
    }
    claimed.schedule_all();
}

void condition_variable::wait(std::unique_lock<mutex>& lock) {
    wait_until_deadline(lock, detail::never);
}

cv_status condition_variable::wait_until_deadline(std::unique_lock<mutex>& lock,
                                                  detail::time_point deadline) {
    const outcome how = waiters_.wait_without(lock, "a condition variable",
                                              detail::interruption::honoured, deadline);
    if (how == outcome::timed_out)
        return cv_status::timeout;
    detail::throw_unless_woken(how, "fibers::condition_variable::wait");
    return cv_status::no_timeout;
}

} // namespace fibers
