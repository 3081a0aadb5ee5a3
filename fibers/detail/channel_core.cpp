#include <fibers/detail/channel_core.hpp>

namespace fibers::detail {

namespace {

passage to_passage(outcome interrupted) noexcept {
    switch (interrupted) {
    case outcome::stopped:
        return passage::stopped;
    case outcome::expired:
        return passage::expired;
    case outcome::timed_out:
    case outcome::woken:
        break;
    }
    return passage::timed_out;
}

void claim_all(wait_queue& queue, agent_list& claimed) noexcept {
    while (auto* const first = static_cast<channel_waiter*>(queue.claim_first())) {
        first->went = passage::closed;
        claimed.push_back(first->who());
    }
}

} // namespace

channel_core::~channel_core() {
    // Whose wait has timed out or been stopped has yet to look at the queues once more.
    for (;;) {
        {
            const std::lock_guard guard{lock_};
            if (senders_.abandoned() && receivers_.abandoned())
                return;
        }
        yield_execution();
    }
}

void channel_core::close() noexcept {
    agent_list claimed;
    {
        const std::lock_guard guard{lock_};
        closed_ = true;
        claim_all(senders_, claimed);
        claim_all(receivers_, claimed);
    }
    claimed.schedule_all();
}

passage channel_core::wait(std::unique_lock<short_lock>& held, parking& self, wait_queue& queue,
                           channel_waiter& node, time_point deadline) noexcept {
    if (!self.begin(interruption::honoured))
        return passage::stopped;
    if (node.went == passage::retry)
        queue.push_front(node); // it was the first before
    else
        queue.push_back(node);
    held.unlock();
    const outcome how = self.commit(deadline);
    if (how == outcome::woken)
        return node.went;
    held.lock();
    queue.leave(node);
    return to_passage(how);
}

} // namespace fibers::detail
