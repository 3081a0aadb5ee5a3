#include <fibers/detail/completion.hpp>

#include <fibers/detail/cpu_relax.hpp>

#include <thread>

namespace fibers::detail {

void completion::await_settled() const noexcept {
    // announce() is between two instructions, on another worker.
    for (int spins = 0; word_.load(std::memory_order_acquire) != settled; ++spins)
        if (spins < 100)
            cpu_relax();
        else
            std::this_thread::yield();
}

} // namespace fibers::detail
