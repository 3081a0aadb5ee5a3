#pragma once

#include <fibers/detail/durations.hpp>
#include <fibers/detail/semaphore_core.hpp>
#include <fibers/detail/waiting_room.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace fibers {

/// A door: set() opens it for all who wait and for all who come, until reset() closes it.
///
/// Each wait *fails with* errc::operation_canceled (stop) or errc::timed_out (ambient deadline).
///
/// *May be used by* fibers of any worker and runtime, and plain threads, together. It may be
/// destroyed by whoever has seen that the last set() has come.
class manual_reset_event {
  public:
    explicit constexpr manual_reset_event(bool initially_set = false) noexcept
        : state_(initially_set ? open : closed) {}
    manual_reset_event(const manual_reset_event&) = delete;
    manual_reset_event& operator=(const manual_reset_event&) = delete;

    /// Never suspends. Who returns from a wait sees what the caller has done before.
    void set() noexcept;

    /// Never suspends. Sees what those have done before who have set it.
    void reset() noexcept;

    [[nodiscard]] bool is_set() const noexcept {
        return state_.load(std::memory_order_acquire) == open;
    }

    /// *Suspends until* it is set, even if it is reset at once.
    void wait() const { wait_until_deadline(detail::never); }

    /// *Suspends until* it is set, or for that long: then it returns false.
    template <class Rep, class Period>
    [[nodiscard]] bool wait_for(const std::chrono::duration<Rep, Period>& timeout) const {
        return wait_until_deadline(detail::deadline_after(detail::saturated(timeout)));
    }

    /// The same, until a moment of any clock.
    template <class Clock, class Duration>
    [[nodiscard]] bool wait_until(const std::chrono::time_point<Clock, Duration>& moment) const {
        return detail::attempt_until(
            moment, [this](detail::time_point deadline) { return wait_until_deadline(deadline); });
    }

  private:
    // | state   | meaning                     | leaves by                                |
    // |---------|-----------------------------|------------------------------------------|
    // | closed  | nobody waits                | set → open, a waiter → awaited           |
    // | open    | who comes goes on           | reset → closed                           |
    // | awaited | somebody waits, or did      | set → open, under the lock               |
    static constexpr std::uint32_t closed = 0, open = 1, awaited = 2;

    bool wait_until_deadline(detail::time_point) const;
    bool is_set_or_announce() const noexcept;

    mutable std::atomic<std::uint32_t> state_;
    mutable detail::waiting_room room_;
};

/// A turnstile: each set() lets one go on, who waits or is the next to come. It does not count: to set
/// it again before anybody came has no effect. Those who wait go on in their order.
///
/// Each wait *fails with* errc::operation_canceled (stop) or errc::timed_out (ambient deadline), and
/// leaves the event as it is then.
///
/// *May be used by* fibers of any worker and runtime, and plain threads, together. It may be
/// destroyed by whoever has seen that the last set() has come.
class auto_reset_event {
  public:
    explicit constexpr auto_reset_event(bool initially_set = false) noexcept
        : core_(initially_set ? 1 : 0) {}
    auto_reset_event(const auto_reset_event&) = delete;
    auto_reset_event& operator=(const auto_reset_event&) = delete;

    /// Never suspends. Who returns from a wait sees what the caller has done before.
    void set() noexcept { core_.release(1, 1); }

    /// Resets it. Never suspends. False: it was not set.
    bool try_wait() noexcept { return core_.try_acquire(); }

    /// *Suspends until* it is set, and resets it.
    void wait() { core_.try_acquire_until("an event", detail::never); }

    /// *Suspends until* it is set, and resets it, or for that long: then it returns false.
    template <class Rep, class Period>
    [[nodiscard]] bool wait_for(const std::chrono::duration<Rep, Period>& timeout) {
        return core_.try_acquire_until("an event",
                                       detail::deadline_after(detail::saturated(timeout)));
    }

    /// The same, until a moment of any clock.
    template <class Clock, class Duration>
    [[nodiscard]] bool wait_until(const std::chrono::time_point<Clock, Duration>& moment) {
        return detail::attempt_until(moment, [this](detail::time_point deadline) {
            return core_.try_acquire_until("an event", deadline);
        });
    }

  private:
    detail::semaphore_core core_;
};

} // namespace fibers
