#include <fibers/sync/condition_variable_any.hpp>

#include <fibers/detail/parking.hpp>

namespace fibers {

using detail::outcome;

namespace {

/// What is unlocked for good when the wait begins.
struct entrance_lock {
    void unlock() noexcept { entered.unlock(); }
    void lock() noexcept {}

    std::unique_lock<mutex>& entered;
};

} // namespace

void condition_variable_any::room::notify_one() noexcept {
    detail::agent* first = nullptr;
    {
        const std::lock_guard entered{entrance};
        const std::lock_guard guard{waiters};
        first = waiters.claim_first();
    }
    if (first)
        schedule(*first);
}

void condition_variable_any::room::notify_all() noexcept {
    detail::agent_list claimed;
    {
        const std::lock_guard entered{entrance};
        const std::lock_guard guard{waiters};
        waiters.claim_all(claimed);
    }
    claimed.schedule_all();
}

cv_status condition_variable_any::room::wait(std::unique_lock<mutex> entered,
                                             detail::time_point deadline) {
    entrance_lock held{entered};
    const outcome how = waiters.wait_without(held, "a condition variable",
                                             detail::interruption::honoured, deadline);
    if (how == outcome::timed_out)
        return cv_status::timeout;
    detail::throw_unless_woken(how, "fibers::condition_variable_any::wait");
    return cv_status::no_timeout;
}

} // namespace fibers
