#pragma once

#include <fibers/detail/clock.hpp>
#include <fibers/detail/one_shot_event.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <future>
#include <utility>

namespace fibers::detail {

/// What a promise, a packaged_task or a call of async shares with its futures, but for the value:
/// its owners, whether it is ready, and who brings the result.
///
/// | phase    | meaning                                           | leaves by                      |
/// |----------|---------------------------------------------------|--------------------------------|
/// | deferred | the first who waits is to call a function         | that one → settled             |
/// | pending  | nothing is known of the result                    | begin_storing → storing,       |
/// |          |                                                   | settle_pending → settled       |
/// | storing  | a promise copies its value to here, which may     | cancel_storing → pending,      |
/// |          | fail                                              | settle, make_ready → settled   |
/// | settled  | only one brings the result: a function runs, or   | –                              |
/// |          | it is here and waits for its agent's end, or is   |                                |
/// |          | here for all                                      |                                |
///
/// Whoever brings the result owns the state, or knows that it is not destroyed, until it is ready.
/// From then on others may take that away, and the state is not touched any more.
class shared_state {
  public:
    enum class phase : std::uint8_t { deferred, pending, storing, settled };

    shared_state(const shared_state&) = delete;
    shared_state& operator=(const shared_state&) = delete;

    // ---- owners

    void share() noexcept { owners_.fetch_add(1, std::memory_order_relaxed); }

    /// The last access of who calls it.
    void unshare() noexcept {
        // Who is alone saves itself the read-modify-write; the load pairs with another's unshare().
        if (owners_.load(std::memory_order_acquire) == 1 ||
            owners_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            destroy();
    }

    /// The promise's, which has owned the state for the future too, gives the future its share.
    /// Throws future_already_retrieved.
    void share_with_future() {
        if (retrieved_)
            throw std::future_error(std::future_errc::future_already_retrieved);
        retrieved_ = true;
    }

    /// The promise goes: the future, where there is one, shall not wait in vain.
    void abandon() noexcept {
        if (!retrieved_)
            unshare();
        else if (phase_.load(std::memory_order_relaxed) == phase::pending)
            break_promise();
    }

    // ---- who waits

    bool ready() const noexcept { return ready_.is_set(); }

    /// `timeout` stands for "not yet".
    std::future_status status() const noexcept {
        if (ready())
            return std::future_status::ready;
        return phase_.load(std::memory_order_relaxed) == phase::deferred
                   ? std::future_status::deferred
                   : std::future_status::timeout;
    }

    /// The same, and lets others run where it is not ready yet: who polls again and again must not
    /// keep its worker from whom it waits for.
    std::future_status poll() noexcept;

    /// Calls the deferred function where there is one. Throws std::system_error when the wait is
    /// interrupted.
    void wait() {
        if (!ready())
            wait_until_ready();
    }

    /// The same until `deadline`, where no function is deferred.
    std::future_status wait_until(time_point deadline);

    /// For who waits for several things at once. Nobody calls a deferred function meanwhile.
    one_shot_event& becoming_ready() noexcept { return ready_; }

    // ---- who brings the result

    /// Throws promise_already_satisfied. One at a time: the next waits until it is known whether
    /// the first has succeeded.
    void begin_storing();
    void cancel_storing() noexcept { phase_.store(phase::pending, std::memory_order_release); }
    void settle() noexcept { phase_.store(phase::settled, std::memory_order_relaxed); }

    /// False: it was not pending.
    bool settle_pending() noexcept {
        phase expected = phase::pending;
        return phase_.compare_exchange_strong(expected, phase::settled, std::memory_order_relaxed);
    }

    /// What get() will throw. For who is about to make it ready.
    void fail(std::exception_ptr why) noexcept { failure_ = std::move(why); }

    /// The result is there, for all.
    void make_ready() noexcept {
        settle();
        ready_.set();
    }

  protected:
    static constexpr std::uint32_t one_future = 1, promise_and_future = 2;

    shared_state(phase at_first, std::uint32_t owners) noexcept
        : owners_(owners), phase_(at_first) {}
    ~shared_state() = default;

    void throw_failure() const {
        if (failure_)
            std::rethrow_exception(failure_);
    }

    /// Waits whatever comes.
    void await_ready() noexcept;

  private:
    virtual void destroy() noexcept = 0;
    virtual void call_deferred() noexcept {}

    void wait_until_ready();
    void break_promise() noexcept;

    std::atomic<std::uint32_t> owners_;
    std::atomic<phase> phase_;
    bool retrieved_ = false; // the promise's
    one_shot_event ready_;
    std::exception_ptr failure_;
};

} // namespace fibers::detail
