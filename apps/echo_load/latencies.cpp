#include <apps/echo_load/latencies.hpp>

#include <algorithm>
#include <cmath>

void latencies::record(duration latency) noexcept {
    const std::chrono::duration<double> seconds = latency;
    histogram_(seconds.count());
    count_.fetch_add(1, std::memory_order_relaxed);
    auto longest = max_.load(std::memory_order_relaxed);
    while (latency.count() > longest &&
           !max_.compare_exchange_weak(longest, latency.count(), std::memory_order_relaxed)) {
    }
}

double latencies::quantile(double q) const {
    const auto rank = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(count())));
    std::uint64_t seen = 0;
    for (auto&& bin : boost::histogram::indexed(histogram_, boost::histogram::coverage::all)) {
        seen += bin->value();
        if (seen >= rank)
            return std::min(bin.bin().upper(), max());
    }
    return max();
}

double latencies::max() const noexcept {
    return std::chrono::duration<double>{duration{max_.load(std::memory_order_relaxed)}}.count();
}
