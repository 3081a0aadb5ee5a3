#pragma once

#include <fibers/detail/result.hpp>

#include <concepts>
#include <type_traits>
#include <utility>

namespace fibers {

namespace detail {

/// on_shared_stack() without its types.
void call_on_shared_stack(void (*call)(void*), void* argument);

} // namespace detail

/// Calls `f()` on a stack of 256 KiB that the fibers of a worker share, and returns what it returns or
/// throws what it throws. For what needs a deep stack now and then and never suspends: a page of its
/// own stack that a fiber has touched once stays its as long as it lives.
///
///     auto how = fibers::on_shared_stack([&] { return SSL_do_handshake(ssl); });
///
/// `f` must not suspend: the process is aborted if it does. It is the calling fiber that runs, with
/// everything that is the fiber's. It costs two switches, some tens of nanoseconds.
/// *Fails with* std::bad_alloc where there is no address space for the stack, and as `f` does.
///
/// *May be used by* any fiber. On a plain thread, on the thread's own stack that the main fiber has, and
/// within another such call it just calls `f`.
template <std::invocable F>
std::invoke_result_t<F> on_shared_stack(F&& f) {
    detail::result<std::invoke_result_t<F>> returned;
    auto call = [&] { returned.set_from(std::forward<F>(f)); };
    detail::call_on_shared_stack([](void* c) { (*static_cast<decltype(call)*>(c))(); }, &call);
    return returned.take();
}

} // namespace fibers
