#include <fibers/detail/short_lock.hpp>

#include <fibers/detail/cpu_relax.hpp>

namespace fibers::detail {

void short_lock::lock_contended() noexcept {
    // The holder is a few instructions from its unlock unless it lost its processor.
    for (int spins = 0; spins < 100; ++spins) {
        std::uint32_t expected = free;
        if (word_.load(std::memory_order_relaxed) == free &&
            word_.compare_exchange_weak(expected, held, std::memory_order_acquire,
                                        std::memory_order_relaxed))
            return;
        cpu_relax();
    }
    while (word_.exchange(contended, std::memory_order_acquire) != free)
        futex_wait(word_, contended);
}

} // namespace fibers::detail
