#pragma once

#include <fibers/detail/cpu_relax.hpp>

#include <concepts>
#include <thread>

namespace fibers::detail {

/// Waits for what another thread is a few instructions from, unless it lost its processor.
template <std::predicate Holds>
void spin_until(Holds holds) noexcept {
    for (int spins = 0; !holds(); ++spins)
        if (spins < 100)
            cpu_relax();
        else
            std::this_thread::yield();
}

} // namespace fibers::detail
