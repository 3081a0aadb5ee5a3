#pragma once

#include <fibers/direction.hpp>
#include <fibers/readiness.hpp>

#include <chrono>
#include <cstddef>
#include <span>

namespace fibers {

/// A descriptor, and what it is to become ready for.
struct awaited_readiness {
    readiness* descriptor;
    direction what;
};

/// Returns which of the descriptors may be ready, by its place, and takes that knowledge away, as
/// readiness::wait() does; by lot, where several may be. How many there are, where none is before
/// `deadline` (time_point::max(): there is no deadline). For a number that only the program's run
/// tells; select() knows its cases when it is compiled.
///
/// *Suspends until* one may be ready, or until `deadline`.
/// *Fails with* errc::operation_canceled (stop), errc::timed_out (ambient deadline), and where a
/// descriptor cannot be waited for.
/// *May be used by* whoever may wait for each of them.
[[nodiscard]] std::size_t wait_any_ready(std::span<const awaited_readiness> descriptors,
                                         std::chrono::steady_clock::time_point deadline);

} // namespace fibers
