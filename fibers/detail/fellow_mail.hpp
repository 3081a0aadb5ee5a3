#pragma once

#include <fibers/detail/clock.hpp>

#include <sched.h>

#include <atomic>
#include <chrono>

namespace fibers::detail {

/// Whether a worker that runs out of work may expect its fellows, the other workers of the runtime, to wake
/// one of its fibers within moments. Then it looks out for that for a while before it sleeps, because to be
/// woken from sleep costs both sides microseconds.
///
/// | trust    | meaning                                  | who runs out of work             | leaves by        |
/// |----------|------------------------------------------|----------------------------------|------------------|
/// | 0        | no fellow has woken a fiber here lately  | sleeps                           | mail → 1         |
/// | 1        | one has                                  | sleeps, and sees for how long    | soon → full,     |
/// |          |                                          |                                  | else → 0         |
/// | 2 … full | that has come soon, this or another time | looks out for it; then sleeps    | soon → full,     |
/// |          |                                          |                                  | else one less    |
///
/// So whoever hears from sockets, timers and other threads only does not look out, and whoever looks out
/// in vain gives up.
class fellow_mail {
  public:
    /// About what a sleep and its end cost both sides.
    static constexpr std::chrono::microseconds soon{50};

    /// For fellows, before they leave a fiber that they have woken.
    void note() noexcept {
        processor_.store(::sched_getcpu(), std::memory_order_relaxed);
        has_come_.store(true, std::memory_order_relaxed);
    }

    // For the worker.

    bool likely() const noexcept { return trust_ > 1; }

    /// The last came from the processor on which the worker is now: who sends more has to share it.
    bool from_here() const noexcept {
        return processor_.load(std::memory_order_relaxed) == ::sched_getcpu();
    }

    /// It has run out of work.
    void begin_wait() noexcept {
        if (trust_ > 0)
            wait_began_ = now();
    }

    /// It has work again, or looks whether it has.
    void end_wait() noexcept {
        const bool has_come = has_come_.load(std::memory_order_relaxed);
        if (has_come)
            has_come_.store(false, std::memory_order_relaxed);
        if (trust_ == 0)
            trust_ = has_come ? 1 : 0;
        else if (has_come && now() - wait_began_ <= soon)
            trust_ = full;
        else
            --trust_;
    }

    /// Until when it is worth to look out.
    time_point limit() const noexcept { return likely() ? wait_began_ + soon : time_point{}; }

  private:
    static constexpr int full = 5;

    std::atomic<bool> has_come_{false};
    std::atomic<int> processor_{-1};
    int trust_ = 0;
    time_point wait_began_{};
};

} // namespace fibers::detail
