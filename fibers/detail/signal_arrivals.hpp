#pragma once

#include <cstdint>

/// How often a signal has come, for threads that want to do what a handler must not.
namespace fibers::detail::signal_arrivals {

/// Handles the signal from now on, until as many have left as have entered. Throws std::system_error.
void enter(int signal);
void leave(int signal) noexcept;

/// Changes whenever the signal comes. The lowest bit says nothing.
std::uint32_t now(int signal) noexcept;

/// Blocks the thread until it is not `seen` any more, or somebody has called disturb().
void wait(int signal, std::uint32_t seen) noexcept;
void disturb(int signal) noexcept;

/// Whether it came in between.
constexpr bool differ(std::uint32_t a, std::uint32_t b) noexcept {
    return a >> 1 != b >> 1;
}

} // namespace fibers::detail::signal_arrivals
