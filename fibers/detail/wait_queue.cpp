#include <fibers/detail/wait_queue.hpp>

namespace fibers::detail {

bool wait_queue::has_other_than(const agent& self) const noexcept {
    const wait_node* node = first_;
    if (!node)
        return false;
    do {
        if (&node->who_ != &self)
            return true;
        node = node->next_;
    } while (node != first_);
    return false;
}

void wait_queue::push_back(wait_node& node) noexcept {
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

void wait_queue::push_front(wait_node& node) noexcept {
    push_back(node);
    first_ = &node;
}

void wait_queue::unlink(wait_node& node) noexcept {
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
bool wait_queue::take(wait_node& node) noexcept {
    unlink(node);
    if (!node.who_.claim(outcome::woken)) {
        ++leaving_; // and claimed_ stays as it is, whoever looks at it
        return false;
    }
    node.claimed_ = true;
    return true;
}

wait_node* wait_queue::claim_first() noexcept {
    while (first_) {
        wait_node& node = *first_;
        if (take(node))
            return &node;
    }
    return nullptr;
}

void wait_queue::claim_all(agent_list& claimed) noexcept {
    while (wait_node* const node = claim_first())
        claimed.push_back(node->who());
}

void wait_queue::leave(wait_node& node) noexcept {
    if (node.next_)
        unlink(node);
    else if (!node.claimed_)
        --leaving_;
}

} // namespace fibers::detail
