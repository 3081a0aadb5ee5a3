#include <fibers/detail/agent.hpp>

#include <fibers/detail/fiber_record.hpp>
#include <fibers/detail/worker.hpp>

#include <poll.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>

namespace fibers::detail {

void schedule(agent& who) noexcept {
    if (who.home_)
        who.home_->make_ready(static_cast<fiber_record&>(who));
    else
        who.release_thread();
}

void agent::release_thread() noexcept {
    const int wake_fd = wake_fd_;
    const std::uint32_t how = word_.load(std::memory_order_relaxed) & ~phase_mask;
    // Once the store is seen the thread may be gone, and its agent with it; with an eventfd it
    // stays until it has read that.
    word_.store(how | phase_running, std::memory_order_release);
    if (wake_fd >= 0) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const auto written = ::write(wake_fd, &one, sizeof one);
    } else {
        futex_wake_one(&word_);
    }
}

void thread_parking::wait(agent& self, time_point deadline) noexcept {
    for (;;) {
        const std::uint32_t seen = self.word_.load(std::memory_order_acquire);
        const std::uint32_t phase = seen & agent::phase_mask;
        if (phase == agent::phase_running)
            return;
        if (phase != agent::phase_claimed && deadline != never && now() >= deadline) {
            if (self.claim(outcome::timed_out))
                return;
            continue;
        }
        futex_wait(self.word_, seen, phase == agent::phase_claimed ? never : deadline);
    }
}

void thread_parking::wait_polling(agent& self, std::span<pollfd> watched,
                                  time_point deadline) noexcept {
    for (;;) {
        std::timespec left{};
        if (deadline != never) {
            const auto wait = time_left(deadline);
            const auto seconds = std::chrono::floor<std::chrono::seconds>(wait);
            left = {seconds.count(), (wait - seconds).count()};
        }
        const int ready =
            ::ppoll(watched.data(), watched.size(), deadline == never ? nullptr : &left, nullptr);
        if (ready < 0)
            continue; // EINTR: nothing else can be wrong with these arguments
        const bool woken = watched.front().revents != 0;
        if (!woken && self.claim(ready ? outcome::woken : outcome::timed_out))
            return;
        // Claimed by another, whose write to the eventfd has come or is about to.
        std::uint64_t count = 0;
        while (::read(watched.front().fd, &count, sizeof count) < 0) {
        }
        return;
    }
}

} // namespace fibers::detail
