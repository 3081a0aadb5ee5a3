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
