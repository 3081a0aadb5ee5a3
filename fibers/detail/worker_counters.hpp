#pragma once

#include <fibers/metrics.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace fibers::detail {

/// Whether a worker counts what is only for collect_metrics(): the build option WEFT_METRICS.
#ifdef WEFT_WITHOUT_METRICS
inline constexpr bool counts_metrics = false;
#else
inline constexpr bool counts_metrics = true;
#endif

/// A number that one thread writes and any thread reads: no locked instruction.
class counter {
  public:
    void add(std::uint64_t n = 1) noexcept {
        if constexpr (counts_metrics)
            value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
    }
    std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint64_t> value_{0};
};

/// What a worker counts besides what it needs itself; nothing of it at each switch.
struct alignas(64) worker_counters {
    counter polls, sleeps, stolen;
    counter skipped_picks; ///< numbers that picks() has leapt over
    std::array<counter, delay_histogram::buckets> queue_delays;
    counter queue_delay_sum; ///< ns

    void note_queue_delay(std::chrono::nanoseconds delay) noexcept {
        queue_delays[delay_histogram::bucket_of(delay)].add();
        queue_delay_sum.add(static_cast<std::uint64_t>(delay.count()));
    }
};

} // namespace fibers::detail
