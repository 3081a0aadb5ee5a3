#pragma once

#include <atomic>
#include <chrono>

/// Clocks that don't run as steady_clock does, as a user's may.
namespace test {

/// Half as fast.
struct slow_clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<slow_clock>;
    static constexpr bool is_steady = true;

    static time_point now() {
        return time_point{std::chrono::steady_clock::now().time_since_epoch() / 2};
    }
};

/// Is set back by `step` once, at the first look after 1 ms.
struct jumping_clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<jumping_clock>;
    static constexpr bool is_steady = false;
    static constexpr std::chrono::milliseconds step{5};

    /// To be called before use.
    static void start() {
        began = std::chrono::steady_clock::now();
        set_back = false;
    }

    static time_point now() {
        const auto real = std::chrono::steady_clock::now();
        if (real - began > std::chrono::milliseconds{1})
            set_back = true;
        return time_point{real.time_since_epoch() - (set_back ? step : step.zero())};
    }

  private:
    static inline std::chrono::steady_clock::time_point began{};
    static inline std::atomic<bool> set_back = false;
};

/// Stands still until it is told.
struct manual_clock {
    using duration = std::chrono::nanoseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<manual_clock>;
    static constexpr bool is_steady = false;

    static time_point now() { return time_point{duration{nanoseconds.load()}}; }
    static inline std::atomic<rep> nanoseconds = 0;
};

} // namespace test
