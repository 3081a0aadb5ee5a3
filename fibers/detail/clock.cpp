#include <fibers/detail/clock.hpp>

namespace fibers::detail {

time_point now() noexcept {
    return clock::now();
}

time_point deadline_after(std::chrono::nanoseconds timeout) noexcept {
    const time_point start = now();
    return timeout < never - start ? start + timeout : never;
}

std::chrono::nanoseconds time_left(time_point deadline) noexcept {
    const time_point start = now();
    return deadline > start ? deadline - start : std::chrono::nanoseconds::zero();
}

} // namespace fibers::detail
