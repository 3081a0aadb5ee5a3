#include <fibers/detail/once_core.hpp>

#include <mutex>

namespace fibers::detail {

bool once_core::begin() {
    for (;;) {
        state seen = state::untried;
        if (state_.compare_exchange_strong(seen, state::running, std::memory_order_acquire))
            return true;
        if (seen == state::done)
            return false;
        const outcome how = waiters_.wait(
            [this] { return state_.load(std::memory_order_relaxed) != state::running; },
            "call_once", interruption::honoured, never);
        throw_unless_woken(how, "fibers::call_once");
    }
}

void once_core::succeed() noexcept {
    agent_list claimed;
    {
        const std::lock_guard guard{waiters_};
        state_.store(state::done, std::memory_order_release);
        waiters_.claim_all(claimed);
    }
    claimed.schedule_all();
}

void once_core::fail() noexcept {
    agent* next = nullptr;
    {
        const std::lock_guard guard{waiters_};
        state_.store(state::untried, std::memory_order_release);
        next = waiters_.claim_first();
    }
    if (next)
        schedule(*next);
}

} // namespace fibers::detail
