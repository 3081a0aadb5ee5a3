#pragma once

#include <fibers/detail/waiting_room.hpp>

#include <atomic>
#include <cstddef>

namespace fibers::detail {

/// A count, and those who wait until it is zero: what latch and wait_group are.
///
/// It comes to zero under the lock, so it may be destroyed by whoever has seen that.
class countdown {
  public:
    explicit constexpr countdown(std::ptrdiff_t count) noexcept : count_(count) {}

    void add(std::ptrdiff_t n) noexcept { count_.fetch_add(n, std::memory_order_relaxed); }

    /// No more than there are.
    void subtract(std::ptrdiff_t n) noexcept {
        std::ptrdiff_t seen = count_.load(std::memory_order_relaxed);
        while (seen > n)
            if (count_.compare_exchange_weak(seen, seen - n, std::memory_order_release,
                                             std::memory_order_relaxed))
                return;
        subtract_last(n);
    }

    bool is_zero() const noexcept { return count_.load(std::memory_order_acquire) == 0; }

    /// Throws std::system_error when the wait, for `what`, is interrupted.
    void wait(const char* what) const {
        if (!is_zero())
            wait_for_zero(what);
    }

  private:
    void subtract_last(std::ptrdiff_t n) noexcept;
    void wait_for_zero(const char* what) const;

    std::atomic<std::ptrdiff_t> count_;
    mutable waiting_room room_;
};

} // namespace fibers::detail
