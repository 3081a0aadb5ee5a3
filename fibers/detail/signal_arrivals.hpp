#pragma once

#include <cstdint>

/// How often a signal has come, for threads that want to do what a handler must not.
namespace fibers::detail::signal_arrivals {

/// Handles the signal from now on, until as many have left as have entered. Throws std::system_error.
void enter(int signal);
void leave(int signal) noexcept;

std::uint32_t arrivals(int signal) noexcept;

/// Grows after each arrival and each disturb(). Read before what it tells about, so that wait() misses none.
std::uint32_t changes(int signal) noexcept;
void disturb(int signal) noexcept;

/// Blocks the thread until changes() is not `seen` any more.
void wait(int signal, std::uint32_t seen) noexcept;

} // namespace fibers::detail::signal_arrivals
