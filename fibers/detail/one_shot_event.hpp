#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/clock.hpp>
#include <fibers/detail/interruption.hpp>
#include <fibers/detail/wait_queue.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// Something that happens once, and those who wait for it. A wait and a wake-up cost one
/// read-modify-write each, where a waiting_room takes three; but it does not come back.
///
/// | word            | meaning                                       | leaves by                      |
/// |-----------------|-----------------------------------------------|--------------------------------|
/// | 0 or a node     | not set; the latest who waits, linked to the  | enlist → a node, withdraw →    |
/// |                 | one before                                    | with busy, set → setting       |
/// | with busy       | not set; a node is being taken out            | withdraw → 0 or a node         |
/// | setting         | those who wait are being claimed              | set → done                     |
/// | done            | set, and nobody's node is looked at any more  | –                              |
///
/// Whoever sets it keeps it alive until it can be seen to be set, and does not touch it afterwards.
class one_shot_event {
  public:
    constexpr one_shot_event() noexcept = default;
    one_shot_event(const one_shot_event&) = delete;
    one_shot_event& operator=(const one_shot_event&) = delete;

    bool is_set() const noexcept {
        return word_.load(std::memory_order_acquire) == done; // pairs with set()
    }

    /// Once. What happened before is visible to whoever sees it set.
    void set() noexcept;

    /// Parks the caller until it is set, a deadline or a stop. `what` is waited for.
    outcome wait(const char* what, interruption mode, time_point deadline) noexcept;

    /// For who does the parking itself: `node`, whose agent has begun to park, will be claimed.
    /// False: it is set.
    bool enlist(wait_node& node) noexcept;

    /// The end of that, unless enlist() was false; may be left out where set() has ended the wait.
    void withdraw(wait_node& node) noexcept;

  private:
    using word = std::uintptr_t;

    static constexpr word busy = 1, setting = 2, done = 4;

    static wait_node* latest(word w) noexcept { return reinterpret_cast<wait_node*>(w); }

    word word_to_change() const noexcept;

    std::atomic<word> word_{0};
};

} // namespace fibers::detail
