#include <fibers/detail/channel_core.hpp>

#include <fibers/sync/channel_errc.hpp>

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

std::error_code to_error(passage went) noexcept {
    switch (went) {
    case passage::closed:
        return channel_errc::closed;
    case passage::stopped:
        return to_error(outcome::stopped);
    case passage::expired:
        return to_error(outcome::expired);
    case passage::done:
    case passage::blocked:
    case passage::timed_out:
    case passage::retry:
        break;
    }
    return {};
}

void throw_if_failed(passage went, const char* where) {
    if (const std::error_code failed = to_error(went))
        throw std::system_error(failed, where);
}

channel_core::~channel_core() {
    // Whose wait has timed out or been stopped has yet to look at the queues once more.
    for (;;) {
        {
            const std::lock_guard guard{ends_};
            if (ends_.senders.abandoned() && ends_.receivers.abandoned())
                return;
        }
        yield_execution();
    }
}

void channel_core::close() noexcept {
    agent_list claimed;
    {
        const std::lock_guard guard{ends_};
        ends_.closed = true;
        claim_all(ends_.senders, claimed);
        claim_all(ends_.receivers, claimed);
    }
    claimed.schedule_all();
}

bool channel_core::leave(wait_queue& queue, channel_waiter& node) noexcept {
    if (node.claimed())
        return node.went != passage::retry;
    const std::lock_guard guard{ends_};
    queue.leave(node);
    return false;
}

passage channel_core::wait(std::unique_lock<channel_ends>& held, parking& self, wait_queue& queue,
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
