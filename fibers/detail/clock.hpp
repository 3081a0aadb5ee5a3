#pragma once

#include <pthread.h>

#include <chrono>

namespace fibers::detail {

using clock = std::chrono::steady_clock;
using time_point = clock::time_point;

/// "No deadline".
inline constexpr time_point never = time_point::max();

/// The library's only look at the clock, so that a test can link another one in its place.
time_point now() noexcept;

/// The same clock as of the system's last tick, some milliseconds ago: a quarter of the price.
time_point coarse_now() noexcept;

/// How much processor time that thread, which must be there, has used.
std::chrono::nanoseconds cpu_time_of(pthread_t) noexcept;

/// `now() + timeout`, or `never` where that would overflow.
time_point deadline_after(std::chrono::nanoseconds timeout) noexcept;

/// The same where it need not be exact, for a fifth of the price: a second or more from now it may
/// be up to 10 ms late.
time_point limit_after(std::chrono::nanoseconds timeout) noexcept;

/// From now to `deadline`; zero where that has passed. Not for `never`.
std::chrono::nanoseconds time_left(time_point deadline) noexcept;

} // namespace fibers::detail
