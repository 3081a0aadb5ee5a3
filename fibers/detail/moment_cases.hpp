#pragma once

#include <fibers/detail/durations.hpp>
#include <fibers/detail/select_case.hpp>

#include <chrono>
#include <functional>
#include <optional>

namespace fibers::detail {

/// What comes about without anybody's doing: nothing is left, and nothing claims.
class timer_case : public select_case {
  public:
    entry enter(agent&) override { return entry::waiting; }
    bool leave() noexcept override { return false; }

    template <class F>
    void conclude(F& handler) {
        std::invoke(handler);
    }
};

/// A moment of any clock.
template <class Clock, class Duration>
class moment_case : public timer_case {
  public:
    explicit moment_case(std::chrono::time_point<Clock, Duration> moment) noexcept
        : moment_(moment) {}

    bool attempt() override { return Clock::now() >= moment_; }
    time_point deadline() noexcept override { return deadline_after(time_until(moment_)); }

  private:
    const std::chrono::time_point<Clock, Duration> moment_;
};

/// A time that begins when select() begins to wait: where it need not, no clock is looked at.
class timeout_case : public timer_case {
  public:
    explicit timeout_case(std::chrono::nanoseconds timeout) noexcept : timeout_(timeout) {}

    bool attempt() override {
        return deadline_ ? now() >= *deadline_ : timeout_ <= timeout_.zero();
    }

    time_point deadline() noexcept override {
        if (!deadline_)
            deadline_ = deadline_after(timeout_);
        return *deadline_;
    }

  private:
    const std::chrono::nanoseconds timeout_;
    std::optional<time_point> deadline_;
};

} // namespace fibers::detail
