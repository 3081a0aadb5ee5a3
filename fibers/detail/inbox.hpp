#pragma once

#include <fibers/detail/agent.hpp>

#include <atomic>

namespace fibers::detail {

/// Fibers that other threads have woken, on their way to their worker's ready queue. Any number of
/// threads put in, the worker takes all out.
class inbox {
  public:
    void push(agent& fiber) noexcept {
        agent* head = head_.load(std::memory_order_relaxed);
        do {
            fiber.next_ = head;
        } while (!head_.compare_exchange_weak(head, &fiber, std::memory_order_seq_cst,
                                              std::memory_order_relaxed));
    }

    bool empty() const noexcept { return head_.load(std::memory_order_seq_cst) == nullptr; }

    /// Appends everything to `ready`, oldest first.
    void drain_into(agent_list& ready) noexcept {
        agent* newest_first = head_.exchange(nullptr, std::memory_order_acquire);
        agent* oldest_first = nullptr;
        while (newest_first) {
            agent* const rest = newest_first->next_;
            newest_first->next_ = oldest_first;
            oldest_first = newest_first;
            newest_first = rest;
        }
        while (oldest_first) {
            agent* const rest = oldest_first->next_;
            ready.push_back(*oldest_first);
            oldest_first = rest;
        }
    }

  private:
    std::atomic<agent*> head_{nullptr};
};

} // namespace fibers::detail
