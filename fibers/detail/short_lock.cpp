#include <fibers/detail/short_lock.hpp>

#include <fibers/detail/cpu_relax.hpp>

#include <time.h>

#include <thread>

namespace fibers::detail {

namespace {

constexpr int spins = 100, yields = 100;
constexpr timespec moment{.tv_sec = 0, .tv_nsec = 50'000};

} // namespace

void short_lock::lock_contended() noexcept {
    // The holder is a few instructions from its unlock unless it lost its processor. Then it gets that
    // back by a yield, or, where it has a lower priority, when nobody yields any more.
    for (int looks = 0;; ++looks) {
        if (!held_.load(std::memory_order_relaxed) &&
            !held_.exchange(true, std::memory_order_acquire))
            return;
        if (looks < spins)
            cpu_relax();
        else if (looks < spins + yields)
            std::this_thread::yield();
        else
            ::nanosleep(&moment, nullptr);
    }
}

} // namespace fibers::detail
