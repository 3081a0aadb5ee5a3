#pragma once

#include <fibers/detail/clock.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// Blocks the calling thread while `word` holds `expected`, until woken, until `deadline` or
/// for no reason at all; the caller looks at `word` again. See futex(2).
void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected,
                time_point deadline = never) noexcept;

/// Wakes one thread. The address alone is used: `word` may be gone already.
void futex_wake_one(const std::atomic<std::uint32_t>* word) noexcept;

} // namespace fibers::detail
