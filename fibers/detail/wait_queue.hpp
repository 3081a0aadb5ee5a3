#pragma once

#include <fibers/detail/agent.hpp>

#include <concepts>
#include <cstdint>

namespace fibers::detail {

/// The node that a waiting agent leaves in a wait_queue or one_shot_event. It lies on the waiting
/// stack.
class wait_node {
  public:
    explicit wait_node(agent& who) noexcept : who_(who) {}
    wait_node(const wait_node&) = delete;
    wait_node& operator=(const wait_node&) = delete;

    agent& who() const noexcept { return who_; }

    /// After the wait, for who waited: whether it was this node through which it was claimed. Needs
    /// no lock.
    bool claimed() const noexcept { return claimed_; }

  private:
    friend class one_shot_event;
    friend class wait_queue;

    agent& who_;
    wait_node* next_ = nullptr; // null: not in the queue
    wait_node* previous_ = nullptr;
    bool claimed_ = false; // set by who took it out, between claim and schedule
};

/// Those who wait for one thing, in order. It belongs to a sync object and is guarded by that
/// object's lock. Wakers claim an agent here, under the lock, and schedule it after the unlock.
class wait_queue {
  public:
    bool empty() const noexcept { return first_ == nullptr; }

    /// Somebody besides `self` waits, or did until a moment ago.
    bool has_other_than(const agent& self) const noexcept;

    void push_back(wait_node& node) noexcept {
        node.claimed_ = false;
        if (!first_) {
            first_ = node.next_ = node.previous_ = &node;
            return;
        }
        node.next_ = first_;
        node.previous_ = first_->previous_;
        node.previous_->next_ = &node;
        first_->previous_ = &node;
    }

    void push_front(wait_node& node) noexcept {
        push_back(node);
        first_ = &node;
    }

    /// Takes out the first whose wait can still be ended, and ends it as woken. Null: there is
    /// none. The node stays until its agent is scheduled.
    wait_node* claim_first() noexcept {
        while (first_) {
            wait_node& node = *first_;
            if (take(node))
                return &node;
        }
        return nullptr;
    }

    /// The same with all of them.
    void claim_all(agent_list& claimed) noexcept;

    /// The same with the first `most` of those that are `wanted`. Returns how many there were.
    template <std::predicate<const wait_node&> Wanted>
    std::uint32_t claim_if(Wanted wanted, std::uint32_t most, agent_list& claimed) noexcept {
        std::uint32_t count = 0;
        wait_node* node = first_;
        for (const wait_node* const last = first_ ? first_->previous_ : nullptr;
             node && count < most;) {
            wait_node* const next = node == last ? nullptr : node->next_;
            if (wanted(*node) && take(*node)) {
                claimed.push_back(node->who());
                ++count;
            }
            node = next;
        }
        return count;
    }

    /// To be called by who waited, when its wait has ended otherwise than by a claim from here, or
    /// when it cannot tell.
    void leave(wait_node&) noexcept;

    /// Nobody waits, and nobody whose wait has timed out has yet to call leave(): the queue and the
    /// lock around it may be destroyed.
    bool abandoned() const noexcept { return empty() && leaving_ == 0; }

  private:
    void unlink(wait_node& node) noexcept {
        if (node.next_ == &node) {
            first_ = nullptr;
        } else {
            node.previous_->next_ = node.next_;
            node.next_->previous_ = node.previous_;
            if (first_ == &node)
                first_ = node.next_;
        }
        node.next_ = nullptr;
    }

    /// Out of the queue in any case. True: claimed as well.
    bool take(wait_node& node) noexcept {
        unlink(node);
        if (!node.who_.claim(outcome::woken)) {
            ++leaving_; // and claimed_ stays as it is, whoever looks at it
            return false;
        }
        node.claimed_ = true;
        return true;
    }

    wait_node* first_ = nullptr; // a ring: first_->previous_ is the last
    std::uint32_t leaving_ = 0;  // taken out in vain; they will still call leave()
};

} // namespace fibers::detail
