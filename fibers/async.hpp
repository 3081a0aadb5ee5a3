#pragma once

#include <fibers/detail/allocated_state.hpp>
#include <fibers/detail/async_task.hpp>
#include <fibers/detail/task.hpp>
#include <fibers/detail/thread_task.hpp>
#include <fibers/sync/future.hpp>

#include <concepts>
#include <future>
#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>

namespace fibers {

using std::launch;

namespace detail {

template <template <class...> class Holder, class F, class... Args>
using holder_of_call =
    Holder<result_of_spawned<F, Args...>, std::decay_t<F>, std::decay_t<Args>...>;

} // namespace detail

/// std::async, [futures.async], for fibers: calls `f(args…)`, with copies (or moved-to values) of
/// both. With launch::async it does so in a fiber of the caller's runtime or, where no fiber runs,
/// in an OS thread; with launch::deferred alone in the first who waits for the result. With both it
/// is as if with launch::async, unless the copies fail with
/// errc::resource_unavailable_try_again.
///
/// The last future of a call that has been started *suspends*, when it is destroyed, *until* that
/// has ended; whatever comes.
/// *Fails with* what copying throws, std::bad_alloc, and where an OS thread is wanted and cannot be
/// made errc::resource_unavailable_try_again.
/// *May be used by* any fiber and any plain thread.
//
// Constrained, it is preferred to std::async where argument-dependent lookup finds that too.
template <class F, class... Args>
requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
[[nodiscard]] future<detail::result_of_spawned<F, Args...>> async(launch policy, F&& f,
                                                                  Args&&... args) {
    using result = detail::result_of_spawned<F, Args...>;
    using started = detail::holder_of_call<detail::async_task, F, Args...>;
    using deferred = detail::holder_of_call<detail::deferred_state, F, Args...>;
    const auto includes = [&](launch one) { return (policy & one) == one; };
    std::unique_ptr<started> task;
    if (includes(launch::async)) {
        try {
            task = std::make_unique<started>(std::in_place, std::forward<F>(f),
                                             std::forward<Args>(args)...);
        } catch (const std::system_error& error) {
            if (error.code() != std::errc::resource_unavailable_try_again ||
                !includes(launch::deferred))
                throw;
        }
    }
    if (!task)
        return detail::future_of<result>(detail::make_state<deferred>(
            std::in_place, std::forward<F>(f), std::forward<Args>(args)...));
    // Its failure is not one of the above: the values have been given away.
    detail::start_thread(*task);
    return detail::future_of<result>(detail::state_ptr(task.release()));
}

/// With both policies.
template <class F, class... Args>
requires std::invocable<std::decay_t<F>, std::decay_t<Args>...>
[[nodiscard]] future<detail::result_of_spawned<F, Args...>> async(F&& f, Args&&... args) {
    return async(launch::async | launch::deferred, std::forward<F>(f), std::forward<Args>(args)...);
}

} // namespace fibers
