#pragma once

#include <fibers/detail/durations.hpp>

#include <chrono>

namespace fibers {

/// Narrows the deadline of everything that blocks in this block of code, and of the fibers that a
/// scope or join_all starts in it: past it, a blocking call fails with errc::timed_out. The nearest
/// deadline of those that nest holds. Mutexes' lock() and destructors do not look at it. Timeouts of
/// a second or more may end up to 10 ms late.
///
///     fibers::timeout_scope limit{2s};
///     auto reply = ask(server);          // throws std::system_error(timed_out) after two seconds
///
/// For the calling fiber, or thread where no fiber runs; to be destroyed by the same one, in
/// reverse order.
class timeout_scope {
  public:
    template <class Rep, class Period>
    explicit timeout_scope(const std::chrono::duration<Rep, Period>& timeout)
        : timeout_scope(detail::limit_after(detail::saturated(timeout))) {}

    explicit timeout_scope(std::chrono::steady_clock::time_point deadline) noexcept;
    ~timeout_scope();
    timeout_scope(const timeout_scope&) = delete;
    timeout_scope& operator=(const timeout_scope&) = delete;

  private:
    const detail::time_point outer_;
};

} // namespace fibers
