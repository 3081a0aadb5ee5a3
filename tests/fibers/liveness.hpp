#pragma once

#include <fibers/this_fiber.hpp>

#include <chrono>

namespace test {

/// How long something that must happen may take. It is generous: a machine may be slow, a sanitizer
/// is, and only what never happens is an error.
inline constexpr std::chrono::seconds ceiling{20};

/// Whether `holds()` comes true; looks again and again and leaves the worker to others meanwhile.
template <class Predicate>
[[nodiscard]] bool eventually(Predicate holds) {
    const auto end = std::chrono::steady_clock::now() + ceiling;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > end)
            return false;
        fibers::this_fiber::sleep_for(std::chrono::microseconds{200});
    }
    return true;
}

/// Gives every other fiber of this worker its turn; new ones come up every few switches only.
inline void let_others_run() {
    for (int i = 0; i < 32; ++i)
        fibers::this_fiber::yield();
}

/// Like eventually(), but keeps the thread to itself.
template <class Predicate>
[[nodiscard]] bool eventually_while_busy(Predicate holds) {
    const auto end = std::chrono::steady_clock::now() + ceiling;
    while (!holds())
        if (std::chrono::steady_clock::now() > end)
            return false;
    return true;
}

} // namespace test
