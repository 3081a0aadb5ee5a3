#include <fibers/detail/parking.hpp>

#include <fibers/detail/worker.hpp>

#include <algorithm>
#include <thread>

namespace fibers::detail {

void parking::suspend_until(time_point deadline) noexcept {
    fiber_->wait = this;
    since_ = this_worker->round_time();
    this_worker->suspend(deadline);
}

outcome parking::commit_polling(std::span<pollfd> watched, time_point deadline) noexcept {
    const time_point ambient = ambient_deadline();
    thread_parking::wait_polling(thread_, watched, std::min(deadline, ambient));
    return how_it_ended(ambient < deadline);
}

void parking::cancel() noexcept {
    // Only a stop can have come first; then the fiber is queued already and must go through that.
    if (who().claim(outcome::woken))
        return;
    commit();
}

outcome impending_interruption() noexcept {
    const ambient& around = current_ambient();
    if (around.shields == 0 && current_fiber && current_fiber->stop_requested())
        return outcome::stopped;
    if (around.deadline != never && around.deadline <= now())
        return outcome::expired;
    return outcome::woken;
}

void yield_execution() noexcept {
    if (this_worker)
        this_worker->yield();
    else
        std::this_thread::yield();
}

void take_turns() noexcept {
    if (this_worker && this_worker->out_of_budget())
        this_worker->yield();
}

std::error_code to_error(outcome how) noexcept {
    switch (how) {
    case outcome::woken:
        return {};
    case outcome::stopped:
        return std::make_error_code(std::errc::operation_canceled);
    case outcome::timed_out:
    case outcome::expired:
        break;
    }
    return std::make_error_code(std::errc::timed_out);
}

void throw_unless_woken(outcome how, const char* where) {
    if (how != outcome::woken)
        throw std::system_error(to_error(how), where);
}

} // namespace fibers::detail
