#include <fibers/detail/shared_state.hpp>

#include <fibers/detail/parking.hpp>

#include <mutex>

namespace fibers::detail {

void shared_state::share_with_future() {
    std::uint32_t seen = owners_.load(std::memory_order_relaxed);
    do {
        if (seen & retrieved)
            throw std::future_error(std::future_errc::future_already_retrieved);
    } while (!owners_.compare_exchange_weak(seen, (seen | retrieved) + one_owner,
                                            std::memory_order_relaxed));
}

outcome shared_state::park_until_ready(interruption mode, time_point deadline) noexcept {
    return room_.wait([this] { return ready(); }, "a future", mode, deadline);
}

void shared_state::wait_until_ready() {
    phase expected = phase::deferred;
    if (phase_.compare_exchange_strong(expected, phase::settled, std::memory_order_acquire,
                                       std::memory_order_relaxed)) {
        call_deferred();
        make_ready();
        return;
    }
    throw_unless_woken(park_until_ready(interruption::honoured, never), "fibers::future::wait");
}

void shared_state::await_ready() noexcept {
    if (!ready())
        park_until_ready(interruption::ignored, never);
}

std::future_status shared_state::wait_until(time_point deadline) {
    if (const std::future_status known = status(); known != std::future_status::timeout)
        return known;
    if (deadline <= now()) {
        // Who polls again and again must not keep its worker from whom it waits for.
        yield_execution();
        return status();
    }
    const outcome how = park_until_ready(interruption::honoured, deadline);
    if (how == outcome::timed_out)
        return std::future_status::timeout;
    throw_unless_woken(how, "fibers::future: a timed wait");
    return std::future_status::ready;
}

bool shared_state::enlist(wait_node& node) noexcept {
    const std::lock_guard guard{room_};
    if (ready())
        return false;
    room_.push_back(node);
    return true;
}

void shared_state::withdraw(wait_node& node) noexcept {
    const std::lock_guard guard{room_};
    room_.leave(node);
}

void shared_state::begin_storing() {
    for (;;) {
        phase seen = phase::pending;
        if (phase_.compare_exchange_strong(seen, phase::storing, std::memory_order_acquire,
                                           std::memory_order_relaxed))
            return;
        if (seen != phase::storing)
            throw std::future_error(std::future_errc::promise_already_satisfied);
        yield_execution();
    }
}

void shared_state::make_broken() noexcept {
    if (!settle_pending())
        return;
    fail(std::make_exception_ptr(std::future_error(std::future_errc::broken_promise)));
    make_ready();
}

void shared_state::make_ready() noexcept {
    agent_list claimed;
    {
        const std::lock_guard guard{room_};
        phase_.store(phase::ready, std::memory_order_release); // pairs with ready()
        room_.claim_all(claimed);
        // Who sees it from here on may drop the last ownership: the room's destructor waits for
        // this lock.
    }
    claimed.schedule_all();
}

} // namespace fibers::detail
