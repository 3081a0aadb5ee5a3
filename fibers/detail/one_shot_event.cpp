#include <fibers/detail/one_shot_event.hpp>

#include <fibers/detail/parking.hpp>
#include <fibers/detail/spin_until.hpp>

namespace fibers::detail {

/// Not busy, nor setting: another is a few instructions from the end of that.
inline one_shot_event::word one_shot_event::word_to_change() const noexcept {
    word seen = word_.load(std::memory_order_acquire);
    if (seen & (busy | setting)) [[unlikely]]
        spin_until([&] {
            seen = word_.load(std::memory_order_acquire);
            return !(seen & (busy | setting));
        });
    return seen;
}

void one_shot_event::set() noexcept {
    word seen = 0;
    do
        seen = word_to_change();
    while (!word_.compare_exchange_weak(seen, setting, std::memory_order_acq_rel,
                                        std::memory_order_relaxed));
    // A node stays until its agent is scheduled, or until withdraw() has seen `done`.
    agent_list claimed;
    for (wait_node* node = latest(seen); node; node = node->next_)
        if (node->who_.claim(outcome::woken))
            claimed.push_back(node->who_);
    word_.store(done, std::memory_order_release); // pairs with is_set()
    claimed.schedule_all();
}

outcome one_shot_event::wait(const char* what, interruption mode, time_point deadline) noexcept {
    parking self{what, this};
    wait_node node{self.who()};
    if (!self.begin(mode))
        return outcome::stopped;
    if (!enlist(node)) {
        self.cancel();
        return outcome::woken;
    }
    const outcome how = self.commit(deadline);
    if (how != outcome::woken)
        withdraw(node);
    return how;
}

bool one_shot_event::enlist(wait_node& node) noexcept {
    for (;;) {
        word seen = word_to_change();
        if (seen == done)
            return false;
        node.next_ = latest(seen);
        if (word_.compare_exchange_weak(seen, reinterpret_cast<word>(&node),
                                        std::memory_order_release, std::memory_order_relaxed))
            return true;
    }
}

void one_shot_event::withdraw(wait_node& node) noexcept {
    word seen = 0;
    do {
        seen = word_to_change();
        if (seen == done)
            return;
    } while (!word_.compare_exchange_weak(seen, seen | busy, std::memory_order_acquire,
                                          std::memory_order_relaxed));
    wait_node* first = latest(seen);
    wait_node** link = &first;
    while (*link != &node)
        link = &(*link)->next_;
    *link = node.next_;
    word_.store(reinterpret_cast<word>(first), std::memory_order_release);
}

} // namespace fibers::detail
