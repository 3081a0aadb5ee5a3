#pragma once

#include <fibers/detail/agent.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// The end of a fiber, which one agent at a time may wait for.
///
/// | word     | meaning                                           | leaves by                            |
/// |----------|---------------------------------------------------|--------------------------------------|
/// | pending  | not ended, nobody waits                           | await → an agent, announce → ended   |
/// | an agent | not ended, that agent waits                       | announce → ended, withdraw → pending |
/// | ended    | ended; the one who waited may still be looked at  | announce → settled                   |
/// | settled  | ended, and nothing more happens to who waited     | –                                    |
class completion {
  public:
    bool done() const noexcept {
        const std::uintptr_t word = word_.load(std::memory_order_acquire); // pairs with announce()
        return word == ended || word == settled;
    }

    /// `waiting`, which has begun to park, will be woken. False: it has ended already.
    bool await(agent& waiting) noexcept {
        std::uintptr_t expected = pending;
        return word_.compare_exchange_strong(expected, reinterpret_cast<std::uintptr_t>(&waiting),
                                             std::memory_order_acq_rel, std::memory_order_acquire);
    }

    /// After a timeout or stop. False: it has ended meanwhile; `waiting` is not looked at any more.
    bool withdraw(agent& waiting) noexcept {
        std::uintptr_t expected = reinterpret_cast<std::uintptr_t>(&waiting);
        if (word_.compare_exchange_strong(expected, pending, std::memory_order_acq_rel,
                                          std::memory_order_acquire))
            return true;
        await_settled();
        return false;
    }

    /// It has ended: what happened before is visible to whoever sees done().
    void announce() noexcept {
        const std::uintptr_t before = word_.exchange(ended, std::memory_order_acq_rel);
        if (before != pending) {
            auto& waiting = *reinterpret_cast<agent*>(before);
            if (waiting.claim(outcome::woken))
                schedule(waiting);
        }
        word_.store(settled, std::memory_order_release); // pairs with await_settled()
    }

  private:
    static constexpr std::uintptr_t pending = 0, ended = 1, settled = 2;

    void await_settled() const noexcept;

    std::atomic<std::uintptr_t> word_{pending};
};

} // namespace fibers::detail
