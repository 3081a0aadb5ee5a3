#include <fibers/steady_timer.hpp>

#include <fibers/detail/parking.hpp>

#include <mutex>

namespace fibers {

using detail::outcome;

std::size_t steady_timer::claim_all(detail::agent_list& claimed) noexcept {
    std::size_t count = 0;
    for (; detail::agent* const first = waiters_.claim_first(); ++count)
        claimed.push_back(*first);
    return count;
}

std::size_t steady_timer::expires_at(time_point expiry) noexcept {
    detail::agent_list claimed;
    std::size_t count = 0;
    {
        const std::lock_guard guard{waiters_};
        expiry_ = expiry;
        count = claim_all(claimed);
    }
    claimed.schedule_all();
    return count;
}

steady_timer::time_point steady_timer::expiry() const noexcept {
    const std::lock_guard guard{waiters_};
    return expiry_;
}

std::size_t steady_timer::cancel() noexcept {
    detail::agent_list claimed;
    std::size_t count = 0;
    {
        const std::lock_guard guard{waiters_};
        count = claim_all(claimed);
    }
    claimed.schedule_all();
    return count;
}

void steady_timer::wait(std::error_code& ec) {
    ec.clear();
    for (time_point seen = expiry(); detail::now() < seen;) {
        bool moved = false;
        const auto look_again = [&] {
            moved = expiry_ != seen;
            return moved;
        };
        const outcome how =
            waiters_.wait(look_again, "a timer", detail::interruption::honoured, seen);
        if (moved) {
            seen = expiry();
            continue;
        }
        if (how != outcome::timed_out)
            ec = detail::to_error(how == outcome::woken ? outcome::stopped : how);
        return;
    }
}

void steady_timer::wait() {
    std::error_code ec;
    wait(ec);
    if (ec)
        throw std::system_error(ec, "fibers::steady_timer::wait");
}

} // namespace fibers
