#pragma once

#include <fibers/fiber.hpp>
#include <fibers/select.hpp>

#include <cstddef>

namespace fibers {

/// Returns which of the fibers has ended, by its place; by lot, where several have. All stay with their
/// handles, to be joined.
///
/// *Suspends until* one has ended.
/// *Fails with* errc::timed_out (ambient deadline), errc::operation_canceled (stop of the caller),
/// errc::invalid_argument where a handle has no fiber.
template <class... T>
requires(sizeof...(T) > 0) [[nodiscard]] std::size_t wait_any(fiber<T>&... fibers) {
    return select(on_end(fibers)...);
}

} // namespace fibers
