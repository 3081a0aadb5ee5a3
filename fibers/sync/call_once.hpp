#pragma once

#include <fibers/detail/once_core.hpp>

#include <functional>
#include <utility>

namespace fibers {

/// std::once_flag, [thread.once.onceflag], for fibers: what call_once() knows of one thing to do.
class once_flag {
  public:
    constexpr once_flag() noexcept = default;

  private:
    template <class Callable, class... Args>
    friend void call_once(once_flag&, Callable&&, Args&&...);

    detail::once_core core_;
};

/// std::call_once, [thread.once.callonce], for fibers: calls `f(args...)` unless a call with this flag
/// has returned before. A call that throws does not count, and the exception goes to its caller.
///
/// *Suspends until* a call by another, which may suspend as well, has ended. *Fails with*
/// errc::operation_canceled (stop), errc::timed_out (ambient deadline) where it has to wait for that.
/// *May be used by* fibers of any worker and runtime, and plain threads, together.
template <class Callable, class... Args>
void call_once(once_flag& flag, Callable&& f, Args&&... args) {
    if (flag.core_.done() || !flag.core_.begin())
        return;
    try {
        std::invoke(std::forward<Callable>(f), std::forward<Args>(args)...);
    } catch (...) {
        flag.core_.fail();
        throw;
    }
    flag.core_.succeed();
}

} // namespace fibers
