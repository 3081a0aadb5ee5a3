#pragma once

#include <fibers/detail/waiting_room.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// The arrivals and phases of a barrier.
///
/// The state is one word, so that an arrival learns which phase it counts for:
///
/// | bits  | meaning                                          | changed by                          |
/// |-------|--------------------------------------------------|-------------------------------------|
/// | 0–31  | arrivals still expected in this phase; 0: it is   | arrive → fewer; begin_next_phase,   |
/// |       | complete, and its last arrival has the floor      | under the lock → as many as take part |
/// | 32–63 | number of the phase, modulo 2^32                 | begin_next_phase → one more         |
///
/// Who waits is at most one phase behind, so the number may wrap around.
class barrier_core {
  public:
    using phase = std::uint32_t;

    /// What arrive() has found.
    struct arrival {
        phase in;
        bool was_last; ///< the caller is to call begin_next_phase()
    };

    explicit constexpr barrier_core(std::uint32_t expected) noexcept
        : state_(expected), participants_(expected) {}

    arrival arrive(std::uint32_t n) noexcept {
        // Releases what each has done before it arrived, and acquires it for the last.
        const std::uint64_t before = state_.fetch_sub(n, std::memory_order_acq_rel);
        return {phase_of(before), static_cast<std::uint32_t>(before) == n};
    }

    /// One fewer from the next phase on; before the caller's last arrival, which orders this.
    void drop() noexcept { participants_.fetch_sub(1, std::memory_order_relaxed); }

    /// Lets all go on who wait for the end of this one. The last access to the barrier.
    void begin_next_phase() noexcept;

    /// Suspends until phase `p` has ended. Throws std::system_error when the wait is interrupted.
    void wait(phase p) const {
        if (!ended(p))
            wait_for_end_of(p);
    }

  private:
    static constexpr unsigned phase_shift = 32;

    static constexpr phase phase_of(std::uint64_t state) noexcept {
        return static_cast<phase>(state >> phase_shift);
    }

    bool ended(phase p) const noexcept {
        return phase_of(state_.load(std::memory_order_acquire)) != p;
    }

    void wait_for_end_of(phase) const;

    std::atomic<std::uint64_t> state_;
    std::atomic<std::uint32_t> participants_;
    mutable waiting_room room_;
};

} // namespace fibers::detail
