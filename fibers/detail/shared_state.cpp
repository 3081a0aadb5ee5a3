#include <fibers/detail/shared_state.hpp>

#include <fibers/detail/parking.hpp>

namespace fibers::detail {

namespace {

constexpr const char* what = "a future";

} // namespace

void shared_state::wait_until_ready() {
    phase expected = phase_.load(std::memory_order_relaxed);
    if (expected == phase::deferred &&
        phase_.compare_exchange_strong(expected, phase::settled, std::memory_order_relaxed)) {
        call_deferred();
        make_ready();
        return;
    }
    throw_unless_woken(ready_.wait(what, interruption::honoured, never), "fibers::future::wait");
}

void shared_state::await_ready() noexcept {
    if (!ready())
        ready_.wait(what, interruption::ignored, never);
}

std::future_status shared_state::poll() noexcept {
    if (status() == std::future_status::timeout)
        yield_execution();
    return status();
}

std::future_status shared_state::wait_until(time_point deadline) {
    if (deadline <= now())
        return poll();
    const outcome how = ready_.wait(what, interruption::honoured, deadline);
    if (how == outcome::timed_out)
        return std::future_status::timeout;
    throw_unless_woken(how, "fibers::future: a timed wait");
    return std::future_status::ready;
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

void shared_state::break_promise() noexcept {
    if (!settle_pending())
        return;
    fail(std::make_exception_ptr(std::future_error(std::future_errc::broken_promise)));
    make_ready();
}

} // namespace fibers::detail
