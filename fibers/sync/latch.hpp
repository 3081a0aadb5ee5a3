#pragma once

#include <fibers/detail/countdown.hpp>

#include <cstddef>
#include <limits>

namespace fibers {

/// std::latch, [thread.latch], for fibers: a door that opens once, when its count has come to zero.
///
/// Each wait *fails with* errc::operation_canceled (stop) or errc::timed_out (ambient deadline). What
/// has been counted down before remains so.
///
/// *May be used by* fibers of any worker and runtime, and plain threads, together. It may be
/// destroyed by whoever has returned from a wait, or has seen try_wait() return true.
class latch {
  public:
    [[nodiscard]] static constexpr std::ptrdiff_t max() noexcept {
        return std::numeric_limits<std::ptrdiff_t>::max();
    }

    /// With 0 ≤ `expected` ≤ max().
    explicit constexpr latch(std::ptrdiff_t expected) noexcept : count_(expected) {}
    latch(const latch&) = delete;
    latch& operator=(const latch&) = delete;

    /// Takes `update` ≥ 0 from the count, which must not become negative. Never suspends.
    void count_down(std::ptrdiff_t update = 1) noexcept { count_.subtract(update); }

    /// Whether the count has come to zero. Never suspends.
    [[nodiscard]] bool try_wait() const noexcept { return count_.is_zero(); }

    /// *Suspends until* the count has come to zero.
    void wait() const { count_.wait("a latch"); }

    /// count_down(update), then wait().
    void arrive_and_wait(std::ptrdiff_t update = 1) {
        count_down(update);
        wait();
    }

  private:
    detail::countdown count_;
};

} // namespace fibers
