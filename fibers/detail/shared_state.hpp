#pragma once

#include <fibers/detail/clock.hpp>
#include <fibers/detail/interruption.hpp>
#include <fibers/detail/wait_queue.hpp>
#include <fibers/detail/waiting_room.hpp>

#include <atomic>
#include <cstdint>
#include <exception>
#include <future>
#include <utility>

namespace fibers::detail {

/// What a promise, a packaged_task or a call of async shares with its futures, but for the value:
/// its owners, whether it is ready, and who waits for that.
///
/// | phase    | meaning                                       | leaves by                           |
/// |----------|-----------------------------------------------|-------------------------------------|
/// | deferred | the first who waits is to call a function     | that one → settled                  |
/// | pending  | nothing is known of the result                | begin_storing → storing,            |
/// |          |                                               | settle_pending → settled            |
/// | storing  | a promise copies its value to here, which may | cancel_storing → pending,           |
/// |          | fail                                          | settle → settled, make_ready → ready |
/// | settled  | only one brings the result: a function runs,  | make_ready → ready                  |
/// |          | or it is here and waits for its agent's end   |                                     |
/// | ready    | the result is here                            | –                                   |
class shared_state {
  public:
    enum class phase : std::uint8_t { deferred, pending, storing, settled, ready };

    shared_state(const shared_state&) = delete;
    shared_state& operator=(const shared_state&) = delete;

    // ---- owners; there is one at first

    void share() noexcept { owners_.fetch_add(one_owner, std::memory_order_relaxed); }

    /// One more, which is the future. Throws future_already_retrieved when there is one.
    void share_with_future();

    /// One less. The last access of who calls it.
    void unshare() noexcept {
        // Who is alone saves itself the read-modify-write; the load pairs with another's unshare().
        if (owned_once() ||
            owners_.fetch_sub(one_owner, std::memory_order_acq_rel) / one_owner == 1)
            destroy();
    }

    // ---- who waits

    bool ready() const noexcept {
        return phase_.load(std::memory_order_acquire) == phase::ready; // pairs with make_ready()
    }

    /// `timeout` stands for "not yet".
    std::future_status status() const noexcept {
        switch (phase_.load(std::memory_order_acquire)) {
        case phase::ready:
            return std::future_status::ready;
        case phase::deferred:
            return std::future_status::deferred;
        default:
            return std::future_status::timeout;
        }
    }

    /// Calls the deferred function where there is one. Throws std::system_error when the wait is
    /// interrupted.
    void wait() {
        if (!ready())
            wait_until_ready();
    }

    /// The same until `deadline`, without calling.
    std::future_status wait_until(time_point deadline);

    /// For who waits for several things at once: `node`, whose agent has begun to park, will be
    /// claimed. False: the state is ready. Nobody calls a deferred function meanwhile.
    bool enlist(wait_node& node) noexcept;

    /// The end of that, however it came, unless enlist() was false.
    void withdraw(wait_node& node) noexcept;

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

    /// The result is there, for all. The caller need not own the state, and does not touch it any
    /// more once it can be seen.
    void make_ready() noexcept;

    /// Who was to bring the result goes: where there is none, it is future_errc::broken_promise.
    void break_promise() noexcept {
        if (phase_.load(std::memory_order_relaxed) == phase::pending && !owned_once())
            make_broken();
    }

  protected:
    explicit shared_state(phase at_first) noexcept : phase_(at_first) {}
    ~shared_state() = default;

    void throw_failure() const {
        if (failure_)
            std::rethrow_exception(failure_);
    }

    /// Waits whatever comes.
    void await_ready() noexcept;

  private:
    static constexpr std::uint32_t retrieved = 1, one_owner = 2;

    virtual void destroy() noexcept = 0;
    virtual void call_deferred() noexcept {}

    /// Whether nobody else can see what becomes of it.
    bool owned_once() const noexcept {
        return owners_.load(std::memory_order_acquire) / one_owner == 1;
    }

    void wait_until_ready();
    void make_broken() noexcept;
    outcome park_until_ready(interruption, time_point deadline) noexcept;

    std::atomic<std::uint32_t> owners_{one_owner}; // and whether there is a future
    std::atomic<phase> phase_;
    waiting_room room_; // becoming ready happens under its lock
    std::exception_ptr failure_;
};

} // namespace fibers::detail
