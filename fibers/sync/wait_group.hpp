#pragma once

#include <fibers/detail/countdown.hpp>

#include <cstddef>

namespace fibers {

/// Go's sync.WaitGroup: waits for work whose amount is not known beforehand. Unlike a latch it may be
/// counted up, and used again.
///
///     wait_group work;
///     for (auto& part : parts) { work.add(); pool.submit([&] { handle(part); work.done(); }); }
///     work.wait();
///
/// What begins a piece of work calls add(), before anybody could find nothing left to wait for.
///
/// *May be used by* fibers of any worker and runtime, and plain threads, together. It may be
/// destroyed by whoever has returned from wait(), unless work is added again.
class wait_group {
  public:
    constexpr wait_group() noexcept = default;
    wait_group(const wait_group&) = delete;
    wait_group& operator=(const wait_group&) = delete;

    /// `n` ≥ 0 more to be done. Never suspends.
    void add(std::ptrdiff_t n = 1) noexcept { unfinished_.add(n); }

    /// One of what has been added is done. Never suspends.
    void done() noexcept { unfinished_.subtract(1); }

    /// *Suspends until* all that was added is done.
    /// *Fails with* errc::operation_canceled (stop), errc::timed_out (ambient deadline).
    void wait() const { unfinished_.wait("a wait_group"); }

  private:
    detail::countdown unfinished_{0};
};

} // namespace fibers
