#pragma once

#include <boost/histogram.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

/// How long messages took. Each is known to about 1 %, the longest exactly.
///
/// *May be used by* any number of threads at once.
class latencies {
  public:
    using duration = std::chrono::steady_clock::duration;

    void record(duration latency) noexcept;

    std::uint64_t count() const noexcept { return count_.load(std::memory_order_relaxed); }

    /// The latency in seconds that the share `q` (0 to 1) of the messages did not exceed.
    double quantile(double q) const;
    double max() const noexcept;

  private:
    using logarithmic =
        boost::histogram::axis::regular<double, boost::histogram::axis::transform::log>;
    using counter = boost::histogram::accumulators::count<std::uint64_t, true>; // thread-safe
    using histogram = decltype(boost::histogram::make_histogram_with(
        boost::histogram::dense_storage<counter>{}, logarithmic{}));

    histogram histogram_ = boost::histogram::make_histogram_with(
        boost::histogram::dense_storage<counter>{}, logarithmic{2'000, 1e-7, 1e2}); // seconds
    std::atomic<std::uint64_t> count_{0};
    std::atomic<duration::rep> max_{0};
};
