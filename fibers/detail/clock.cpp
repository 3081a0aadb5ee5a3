#include <fibers/detail/clock.hpp>

#include <ctime>

namespace fibers::detail {

using namespace std::chrono_literals;

namespace {

/// How far apart two ticks of the kernel's are at most, by CONFIG_HZ; Debian's are 4 ms apart.
constexpr std::chrono::nanoseconds longest_tick = 10ms;

/// The time at the last tick, which is in memory.
time_point last_tick() noexcept {
    std::timespec time;
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return time_point{std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec}};
}

time_point later(time_point start, std::chrono::nanoseconds by) noexcept {
    return by < never - start ? start + by : never;
}

} // namespace

time_point now() noexcept {
    return clock::now();
}

time_point deadline_after(std::chrono::nanoseconds timeout) noexcept {
    return later(now(), timeout);
}

time_point limit_after(std::chrono::nanoseconds timeout) noexcept {
    return timeout < 1s ? deadline_after(timeout) : later(last_tick() + longest_tick, timeout);
}

std::chrono::nanoseconds time_left(time_point deadline) noexcept {
    const time_point start = now();
    return deadline > start ? deadline - start : std::chrono::nanoseconds::zero();
}

} // namespace fibers::detail
