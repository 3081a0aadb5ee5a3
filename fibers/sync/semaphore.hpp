#pragma once

#include <fibers/detail/durations.hpp>
#include <fibers/detail/semaphore_core.hpp>

#include <chrono>
#include <cstddef>

namespace fibers {

/// std::counting_semaphore, [thread.sema], for fibers. A release hands its permits to those who
/// wait, first come first served: nobody who waits is ever overtaken.
///
/// Each wait *fails with* errc::operation_canceled (stop) or errc::timed_out (ambient deadline), and
/// has taken no permit then.
///
/// *May be used by* fibers of any worker and runtime, and plain threads, together. It may be
/// destroyed by who has acquired the last permit that anybody releases.
template <std::ptrdiff_t LeastMaxValue = detail::semaphore_core::most_permits>
class counting_semaphore {
    static_assert(LeastMaxValue >= 0);

  public:
    [[nodiscard]] static constexpr std::ptrdiff_t max() noexcept { return LeastMaxValue; }

    /// With 0 ≤ `desired` ≤ max() permits.
    explicit constexpr counting_semaphore(std::ptrdiff_t desired) noexcept
        : core_(static_cast<std::uint64_t>(desired)) {}
    counting_semaphore(const counting_semaphore&) = delete;
    counting_semaphore& operator=(const counting_semaphore&) = delete;

    /// Adds `update` ≥ 0 permits. There must not be more than max() then. Never suspends.
    void release(std::ptrdiff_t update = 1) noexcept {
        core_.release(static_cast<std::uint64_t>(update));
    }

    /// *Suspends until* there is a permit, and takes it.
    void acquire() { core_.try_acquire_until("a semaphore", detail::never); }

    /// Never suspends. False: there is no permit.
    [[nodiscard]] bool try_acquire() noexcept { return core_.try_acquire(); }

    /// *Suspends until* there is a permit, and takes it, or for that long: then it returns false.
    template <class Rep, class Period>
    [[nodiscard]] bool try_acquire_for(const std::chrono::duration<Rep, Period>& timeout) {
        return core_.try_acquire_until("a semaphore",
                                       detail::deadline_after(detail::saturated(timeout)));
    }

    /// The same, until a moment of any clock.
    template <class Clock, class Duration>
    [[nodiscard]] bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& moment) {
        return detail::attempt_until(moment, [this](detail::time_point deadline) {
            return core_.try_acquire_until("a semaphore", deadline);
        });
    }

  private:
    detail::semaphore_core core_;
};

/// A semaphore with one permit at most.
using binary_semaphore = counting_semaphore<1>;

} // namespace fibers
