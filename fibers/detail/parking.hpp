#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/clock.hpp>
#include <fibers/detail/current_fiber.hpp>
#include <fibers/detail/interruption.hpp>
#include <fibers/detail/this_agent.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <system_error>

namespace fibers::detail {

/// Who ends a wait, as far as a report of all waits must know.
enum class awaited : std::uint8_t {
    somebody,     ///< another fiber or thread
    end_of_fiber, ///< the fiber_record at which(), by its end
    descriptor    ///< the system
};

/// One wait of the calling fiber or plain thread. The only way anything ever blocks:
///
///     parking self{"a mutex", this};
///     if (!self.begin(interruption::honoured)) return stopped;
///     … leave self.who() where a waker finds it …
///     outcome how = self.commit();
///     if (how != outcome::woken) … take it away again …
class parking {
  public:
    /// `what` is waited for, the one at `which` where that tells one from another: what a report of
    /// all waits says. Both must outlive the wait.
    explicit parking(const char* what, const void* which = nullptr,
                     awaited kind = awaited::somebody) noexcept
        : fiber_(current_fiber), what_(what), which_(which), kind_(kind) {}
    parking(const parking&) = delete;
    parking& operator=(const parking&) = delete;

    agent& who() noexcept { return fiber_ ? *fiber_ : thread_; }

    /// Null on a plain thread.
    fiber_record* fiber() const noexcept { return fiber_; }

    /// From here on a waker may claim who(). False: stop has been requested, and nothing is begun.
    bool begin(interruption mode) noexcept {
        mode_ = mode;
        return who().begin_park(mode == interruption::honoured && current_ambient().shields == 0);
    }

    /// Suspends until who() is claimed, or until a deadline: `deadline` or, where interruptions are
    /// honoured, the ambient one.
    outcome commit(time_point deadline = never) noexcept {
        const time_point ambient = ambient_deadline();
        const time_point effective = std::min(deadline, ambient);
        if (fiber_)
            suspend_until(effective);
        else
            thread_parking::wait(thread_, effective);
        return how_it_ended(ambient < deadline);
    }

    /// commit() for a plain thread, which no poller serves: it also ends, as woken, when poll(2)
    /// reports any of `watched`. The first of these is the eventfd to which wakers write.
    outcome commit_polling(std::span<pollfd> watched, time_point deadline = never) noexcept;

    /// After begin(), instead of commit(): there is nothing to wait for. A waker must not be able
    /// to find who() any more.
    void cancel() noexcept;

    const char* what() const noexcept { return what_; }
    const void* which() const noexcept { return which_; }
    awaited kind() const noexcept { return kind_; }
    /// Of a fiber's wait, about: its worker's round_time().
    time_point since() const noexcept { return since_; }

  private:
    friend class debugger_layout;

    time_point ambient_deadline() const noexcept {
        return mode_ == interruption::honoured ? current_ambient().deadline : never;
    }

    outcome how_it_ended(bool ambient_first) noexcept {
        const outcome how = who().last_outcome();
        return how == outcome::timed_out && ambient_first ? outcome::expired : how;
    }

    /// The fiber.
    void suspend_until(time_point deadline) noexcept;

    fiber_record* const fiber_;
    const char* const what_;
    const void* const which_;
    const awaited kind_;
    interruption mode_ = interruption::ignored;
    time_point since_{};
    agent thread_; // where there is no fiber
};

/// How a wait of the caller that honours interruptions would end at once: stopped or expired; woken:
/// it would not.
outcome impending_interruption() noexcept;

/// Lets the other ready fibers of this worker, or other threads, have their turn.
void yield_execution() noexcept;

/// For who has done something that might have had to wait: now and then it is others' turn.
void take_turns() noexcept;

/// timed_out, operation_canceled, or none for `woken`.
std::error_code to_error(outcome) noexcept;

/// Throws std::system_error unless the wait was woken.
void throw_unless_woken(outcome, const char* where);

} // namespace fibers::detail
