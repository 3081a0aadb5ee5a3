#pragma once

#include <benchmarks/support/process_figures.hpp>

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <vector>

namespace bench {

/// When each of a million sleepers is to wake, and how late it did. The moments are all distinct,
/// spread evenly over a few seconds, and handed out in scrambled order; the first is far enough in
/// the future for every sleeper to lie down before it.
class sleep_plan {
  public:
    using clock = std::chrono::steady_clock;

    static constexpr std::size_t sleepers = 1'000'000;

    clock::time_point wake_time(std::size_t sleeper) const {
        // A prime that does not divide the number of sleepers: the moments are a permutation.
        const std::size_t place = sleeper * 7'368'787 % sleepers;
        return start_ + lie_down + place * (spread / sleepers);
    }

    /// To be called by the sleeper when it has woken.
    void woke(std::size_t sleeper) { lateness_.push_back(clock::now() - wake_time(sleeper)); }

    /// The figures of the case, once all have woken: percentiles of the lateness, and the CPU time
    /// that one sleeper took in all.
    nlohmann::json figures() {
        const auto cpu = cpu_time(getpid()) - cpu_before_;
        std::ranges::sort(lateness_);
        return {{"sleepers", lateness_.size()},
                {"lateness_p50_us", microseconds(percentile(0.50))},
                {"lateness_p99_us", microseconds(percentile(0.99))},
                {"lateness_max_us", microseconds(lateness_.back())},
                {"cpu_us_each", microseconds(cpu) / sleepers}};
    }

  private:
    static constexpr std::chrono::nanoseconds lie_down = std::chrono::seconds{6};
    static constexpr std::chrono::nanoseconds spread = std::chrono::seconds{4};

    static double microseconds(std::chrono::duration<double, std::micro> time) {
        return time.count();
    }
    clock::duration percentile(double share) const {
        return lateness_.at(static_cast<std::size_t>(share * (sleepers - 1)));
    }

    /// A zeroed page of lateness_ is not to be first touched by a sleeper: written once here.
    static std::vector<clock::duration> touched() {
        std::vector<clock::duration> result(sleepers);
        result.clear();
        return result;
    }

    std::vector<clock::duration> lateness_ = touched();
    std::chrono::nanoseconds cpu_before_ = cpu_time(getpid());
    clock::time_point start_ = clock::now();
};

} // namespace bench
