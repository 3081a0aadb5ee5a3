#pragma once

#include <fibers/detail/result.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace fibers {

namespace detail {

/// blocking() without its types.
void call_blocking(void (*call)(void*), void* argument);

} // namespace detail

/// Calls `f()`, which would block its thread (file I/O, getaddrinfo, a foreign library), in one of
/// the runtime's threads for that, and returns what it returns or throws what it throws. There are
/// as many threads as calls, up to runtime_options::blocking_threads; further calls take their turn.
///
///     auto size = fibers::blocking([&] { return std::filesystem::file_size(path); });
///
/// *Suspends until* `f()` has returned; its worker runs other fibers. A stop or the ambient deadline
/// withdraws a call that has not begun. One that has begun may be using what lies on the caller's
/// stack, so it is waited for, and its result is returned all the same: the stop stays requested,
/// and the next call that blocks fails.
/// *Fails with* errc::operation_canceled or errc::timed_out where it was withdrawn; with what the
/// system says where no thread can be made; and as `f` does.
///
/// Inside, `f` is in a plain thread: no fiber, no ambient deadline, no stop; thread_local and
/// fiber_local are that thread's; no exception is being handled; signals are blocked (and will be
/// in processes that it starts). errno goes there and comes back.
///
/// *May be used by* any fiber. On a plain thread it just calls `f`.
template <std::invocable F>
std::invoke_result_t<F> blocking(F&& f) {
    detail::result<std::invoke_result_t<F>> returned;
    auto call = [&] { returned.set_from(std::forward<F>(f)); };
    detail::call_blocking([](void* c) { (*static_cast<decltype(call)*>(c))(); }, &call);
    return returned.take();
}

} // namespace fibers
