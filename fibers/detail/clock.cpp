#include <fibers/detail/clock.hpp>

#include <ctime>

namespace fibers::detail {

using namespace std::chrono_literals;

namespace {

/// How far apart two ticks of the system's are at most, by CONFIG_HZ; Debian's are 4 ms apart.
constexpr std::chrono::nanoseconds longest_tick = 10ms;

std::chrono::nanoseconds read(clockid_t which) noexcept {
    std::timespec time{};
    ::clock_gettime(which, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

time_point later(time_point start, std::chrono::nanoseconds by) noexcept {
    return by < never - start ? start + by : never;
}

} // namespace

time_point now() noexcept {
    return clock::now();
}

time_point coarse_now() noexcept {
    return time_point{read(CLOCK_MONOTONIC_COARSE)};
}

std::chrono::nanoseconds cpu_time_of(pthread_t thread) noexcept {
    clockid_t its_clock = 0;
    return ::pthread_getcpuclockid(thread, &its_clock) == 0 ? read(its_clock)
                                                            : std::chrono::nanoseconds{};
}

time_point deadline_after(std::chrono::nanoseconds timeout) noexcept {
    return later(now(), timeout);
}

time_point limit_after(std::chrono::nanoseconds timeout) noexcept {
    return timeout < 1s ? deadline_after(timeout) : later(coarse_now() + longest_tick, timeout);
}

std::chrono::nanoseconds time_left(time_point deadline) noexcept {
    const time_point start = now();
    return deadline > start ? deadline - start : std::chrono::nanoseconds::zero();
}

} // namespace fibers::detail
