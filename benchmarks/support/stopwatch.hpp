#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <vector>

namespace bench {

/// Time since its construction.
class stopwatch {
  public:
    double nanoseconds() const {
        return std::chrono::duration<double, std::nano>{elapsed()}.count();
    }
    double milliseconds() const { return nanoseconds() / 1e6; }

  private:
    std::chrono::steady_clock::duration elapsed() const {
        return std::chrono::steady_clock::now() - start_;
    }

    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Calls `batch`, which does something `operations` times, for a fifth of a second; returns the
/// nanoseconds that one operation takes in the median batch. The first batch only warms up.
template <class Batch>
double nanoseconds_each(std::uint64_t operations, Batch&& batch) {
    batch();
    std::vector<double> figures;
    const stopwatch whole;
    do {
        const stopwatch one;
        batch();
        figures.push_back(one.nanoseconds() / static_cast<double>(operations));
    } while (whole.milliseconds() < 200);
    std::ranges::nth_element(figures, figures.begin() + figures.size() / 2);
    return figures[figures.size() / 2];
}

} // namespace bench
