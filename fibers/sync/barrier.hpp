#pragma once

#include <fibers/detail/barrier_core.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>

namespace fibers {

namespace detail {

struct no_completion {
    void operator()() const noexcept {}
};

} // namespace detail

/// std::barrier, [thread.barrier], for fibers: in each phase all who take part wait for one another.
/// The last to arrive calls the completion function, which may suspend, and then lets all go on. An
/// exception from it ends the process.
///
/// Each wait *fails with* errc::operation_canceled (stop) or errc::timed_out (ambient deadline). Its
/// arrival still counts.
///
/// *May be used by* fibers of any worker and runtime, and plain threads, together. It may be
/// destroyed as soon as the last phase that anybody waits for has ended, by whoever has seen that.
template <class CompletionFunction = detail::no_completion>
class barrier {
    static_assert(std::is_invocable_v<CompletionFunction&>);

  public:
    /// One's arrival in a phase, to wait for the phase's end with.
    class arrival_token {
      public:
        arrival_token(arrival_token&&) noexcept = default;
        arrival_token& operator=(arrival_token&&) noexcept = default;

      private:
        friend class barrier;

        explicit arrival_token(detail::barrier_core::phase p) noexcept : phase_(p) {}

        detail::barrier_core::phase phase_;
    };

    [[nodiscard]] static constexpr std::ptrdiff_t max() noexcept {
        return std::numeric_limits<std::int32_t>::max();
    }

    /// `expected` take part, 0 ≤ `expected` ≤ max().
    explicit constexpr barrier(std::ptrdiff_t expected,
                               CompletionFunction completion = CompletionFunction())
        : core_(static_cast<std::uint32_t>(expected)), completion_(std::move(completion)) {}
    barrier(const barrier&) = delete;
    barrier& operator=(const barrier&) = delete;

    /// Arrives `update` > 0 times, no more often than is still expected. Suspends only where the
    /// completion function does.
    [[nodiscard]] arrival_token arrive(std::ptrdiff_t update = 1) {
        const auto [phase, was_last] = core_.arrive(static_cast<std::uint32_t>(update));
        if (was_last)
            complete();
        return arrival_token{phase};
    }

    /// *Suspends until* the phase that was arrived in has ended: this one, or the one before.
    void wait(arrival_token&& arrival) const { core_.wait(arrival.phase_); }

    void arrive_and_wait() { wait(arrive()); }

    /// Arrives for the last time: from the next phase on one fewer takes part.
    void arrive_and_drop() {
        core_.drop();
        static_cast<void>(arrive());
    }

  private:
    void complete() noexcept {
        completion_();
        core_.begin_next_phase();
    }

    detail::barrier_core core_;
    [[no_unique_address]] CompletionFunction completion_;
};

} // namespace fibers
