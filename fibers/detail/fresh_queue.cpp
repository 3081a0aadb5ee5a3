#include <fibers/detail/fresh_queue.hpp>

#include <algorithm>

namespace fibers::detail {

void fresh_queue::link(fiber_record& fiber) noexcept {
    fiber.next_ = nullptr;
    fiber.older = newest_;
    if (newest_)
        newest_->next_ = &fiber;
    else
        oldest_ = &fiber;
    newest_ = &fiber;
    size_.store(size_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

void fresh_queue::unlink(fiber_record& fiber) noexcept {
    auto* const newer = static_cast<fiber_record*>(fiber.next_);
    (newer ? newer->older : newest_) = fiber.older;
    if (fiber.older)
        fiber.older->next_ = newer;
    else
        oldest_ = newer;
    size_.store(size_.load(std::memory_order_relaxed) - 1, std::memory_order_relaxed);
}

void fresh_queue::push(fiber_record& fiber) noexcept {
    const guard locked{*this};
    link(fiber);
}

fiber_record* fresh_queue::pop() noexcept {
    if (size_.load(std::memory_order_relaxed) == 0)
        return nullptr;
    const guard locked{*this};
    fiber_record* const next = ++pops_ % oldest_interval == 0 ? oldest_ : newest_;
    if (next)
        unlink(*next);
    return next;
}

fiber_record* fresh_queue::pop_oldest() noexcept {
    const guard locked{*this};
    fiber_record* const next = oldest_;
    if (next)
        unlink(*next);
    return next;
}

void fresh_queue::give_half_to(fresh_queue& thief, std::size_t limit) noexcept {
    std::size_t left = std::min({(size() + 1) / 2, limit, max_stolen});
    agent_list stolen;
    for (; left > 0; --left)
        if (fiber_record* const next = pop_oldest())
            stolen.push_back(*next);
    const guard locked{thief};
    while (!stolen.empty())
        thief.link(static_cast<fiber_record&>(stolen.pop_front()));
}

} // namespace fibers::detail
