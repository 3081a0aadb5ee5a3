#include <benchmarks/weft/cases.hpp>

#include <benchmarks/support/stopwatch.hpp>

#include <fibers/blocking.hpp>

namespace bench::weft {

json blocking_call() {
    constexpr int count = 5'000;
    return {{"ns_per_op", nanoseconds_each(count, [] {
                 for (int i = 0; i < count; ++i)
                     fibers::blocking([i] { return i; });
             })}};
}

} // namespace bench::weft
