#pragma once

#include <fibers/detail/clock.hpp>
#include <fibers/detail/waiting_room.hpp>
#include <fibers/solo_atomic.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>

namespace fibers::detail {

/// The permits under counting_semaphore and auto_reset_event, and those who wait for one.
///
/// | state    | meaning                             | leaves by                                      |
/// |----------|-------------------------------------|------------------------------------------------|
/// | 2n, n > 0 | n permits, nobody waits            | acquire → 2(n − 1), release → more             |
/// | 0        | no permit, nobody waits             | release → 2n, a waiter → 1                     |
/// | 1        | no permit; somebody waits, or did   | release to more than wait → 2n, under the lock |
///
/// A release hands its permits to those who wait, in their order, and only what is left can be taken
/// by others. So nobody is ever overtaken by who came later. State 1 outlives the last waiter: in a
/// ping-pong the next one is about to come, and saves announcing itself.
class semaphore_core {
  public:
    static constexpr std::uint64_t most_permits = std::numeric_limits<std::int64_t>::max();

    explicit constexpr semaphore_core(std::uint64_t permits) noexcept : state_(permits * permit) {}

    bool try_acquire() noexcept {
        std::uint64_t seen = state_.load(std::memory_order_relaxed);
        while (seen >= permit)
            if (state_.compare_exchange_weak(seen, seen - permit, std::memory_order_acquire,
                                             std::memory_order_relaxed)) [[likely]]
                return true;
        return false;
    }

    /// False: not before `deadline`. Throws std::system_error when the wait, for `what`, is
    /// interrupted.
    bool try_acquire_until(const char* what, time_point deadline) {
        return try_acquire() || acquire_contended(what, deadline);
    }

    /// Adds `n` permits, but to no more than `most`.
    void release(std::uint64_t n, std::uint64_t most = most_permits) noexcept {
        std::uint64_t seen = state_.load(std::memory_order_relaxed);
        do {
            if (seen == awaited) [[unlikely]]
                return release_contended(n, most);
        } while (!state_.compare_exchange_weak(
            seen, with_more(seen, n, most), std::memory_order_release, std::memory_order_relaxed));
    }

  private:
    static constexpr std::uint64_t awaited = 1, permit = 2;

    static constexpr std::uint64_t with_more(std::uint64_t state, std::uint64_t n,
                                             std::uint64_t most) noexcept {
        return std::min((state & ~awaited) + n * permit, most * permit);
    }

    bool acquire_contended(const char* what, time_point deadline);
    void release_contended(std::uint64_t n, std::uint64_t most) noexcept;
    bool acquire_or_announce() noexcept;

    solo_atomic<std::uint64_t> state_;
    waiting_room room_; // state 1 is entered and left under its lock
};

} // namespace fibers::detail
