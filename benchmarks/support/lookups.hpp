#pragma once

#include <benchmarks/support/stopwatch.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace bench {

/// How many names are looked up, and how many at once.
inline constexpr std::size_t lookups = 10'000, lookups_at_once = 64;

/// The name of a lookup: always the same one, or another one each time.
inline std::string name_of_lookup(std::size_t number, bool same) {
    return "host" + std::to_string(same ? 0 : number) + ".bench.";
}

/// How long the lookups take, each and all together, from its construction to figures().
class lookup_times {
  public:
    /// Calls `look_up()` for one of them. May be called for several at once.
    template <class LookUp>
    void measure(std::size_t number, LookUp look_up) {
        const stopwatch one;
        look_up();
        nanoseconds_[number] = one.nanoseconds();
    }

    nlohmann::json figures() {
        const double all = whole_.nanoseconds();
        const auto p99 = nanoseconds_.begin() + lookups * 99 / 100;
        std::ranges::nth_element(nanoseconds_, p99);
        return {{"ns_per_op", all / lookups}, {"p99_us", *p99 / 1e3}};
    }

  private:
    const stopwatch whole_;
    std::vector<double> nanoseconds_ = std::vector<double>(lookups);
};

} // namespace bench
