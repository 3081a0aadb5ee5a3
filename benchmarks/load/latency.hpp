#pragma once

#include <boost/histogram.hpp>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>

namespace bench {

/// Latencies between 1 µs and 10 s, in buckets 2 % wide.
class latency_histogram {
  public:
    void add(std::chrono::nanoseconds latency) { histogram_(static_cast<double>(latency.count())); }

    /// The percentiles of interest, in microseconds.
    nlohmann::json figures() const {
        return {{"p50_us", percentile(0.50) / 1e3}, {"p99_us", percentile(0.99) / 1e3}};
    }

  private:
    using axis = boost::histogram::axis::regular<double, boost::histogram::axis::transform::log>;

    double percentile(double share) const {
        const auto& buckets = histogram_.axis();
        const double wanted = share * boost::histogram::algorithm::sum(histogram_);
        double seen = 0;
        for (int i = -1; i <= buckets.size(); ++i) { // with the buckets below and above
            seen += histogram_[i];
            if (seen >= wanted)
                return buckets.value(i + 0.5);
        }
        return 0;
    }

    decltype(boost::histogram::make_histogram(axis{})) histogram_ =
        boost::histogram::make_histogram(axis{800, 1e3, 1e10});
};

} // namespace bench
