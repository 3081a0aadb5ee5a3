#pragma once

#include <fibers/fiber.hpp>
#include <fibers/select.hpp>
#include <fibers/sync/future.hpp>

#include <concepts>
#include <cstddef>

namespace fibers {

namespace detail {

template <class T>
auto when_done(fiber<T>& handle) {
    return handled_case<end_case, no_handler>(
        no_handler(), select_access::end_of(handle, "fibers::wait_any: there is no fiber"));
}

template <std::derived_from<future_base> Future>
auto when_done(const Future& result) {
    return on_ready(result);
}

} // namespace detail

/// Returns which of some fibers and futures has ended or become ready, by its place; by lot, where
/// several have. Nothing is taken from them: they are still to be joined, or their results to be had.
///
/// *Suspends until* there is one.
/// *Fails with* errc::timed_out (ambient deadline), errc::operation_canceled (stop of the caller),
/// errc::invalid_argument or future_errc::no_state where there is no fiber or no result to wait for.
template <class... T>
requires(sizeof...(T) > 0) [[nodiscard]] std::size_t wait_any(T&... fibers_and_futures) {
    return select(detail::when_done(fibers_and_futures)...);
}

} // namespace fibers
