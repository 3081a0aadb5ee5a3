#include <fibers/detail/timer_queue.hpp>

#include <fibers/detail/fiber_record.hpp>

#include <algorithm>

namespace fibers::detail {

void timer_queue::arm(fiber_record& fiber) {
    const entry wanted{fiber.park_deadline, &fiber};
    if (fiber.timer_index == fiber_record::no_timer) {
        heap_.push_back(wanted);
        sift_up(heap_.size() - 1, wanted);
    } else if (wanted.when < heap_[fiber.timer_index].when) {
        sift_up(fiber.timer_index, wanted);
    }
}

void timer_queue::forget(fiber_record& fiber) noexcept {
    if (fiber.timer_index != fiber_record::no_timer)
        remove(fiber.timer_index);
}

bool timer_queue::fire(time_point time, agent_list& claimed) noexcept {
    bool fired = false;
    while (!heap_.empty() && heap_.front().when <= time) {
        fiber_record& fiber = *heap_.front().fiber;
        if (fiber.park_deadline == never) {
            remove(0);
        } else if (fiber.park_deadline > time) {
            sift_down(0, {fiber.park_deadline, &fiber});
        } else {
            remove(0);
            // A fiber that no longer waits has been woken first.
            if (fiber.claim(outcome::timed_out)) {
                claimed.push_back(fiber);
                fired = true;
            }
        }
    }
    return fired;
}

void timer_queue::place(std::size_t index, entry e) noexcept {
    heap_[index] = e;
    e.fiber->timer_index = static_cast<std::uint32_t>(index);
}

void timer_queue::sift_up(std::size_t hole, entry e) noexcept {
    while (hole > 0) {
        const std::size_t parent = (hole - 1) / arity;
        if (heap_[parent].when <= e.when)
            break;
        place(hole, heap_[parent]);
        hole = parent;
    }
    place(hole, e);
}

void timer_queue::sift_down(std::size_t hole, entry e) noexcept {
    for (;;) {
        const std::size_t first = hole * arity + 1;
        if (first >= heap_.size())
            break;
        std::size_t least = first;
        const std::size_t last = std::min(first + arity, heap_.size());
        for (std::size_t child = first + 1; child < last; ++child)
            if (heap_[child].when < heap_[least].when)
                least = child;
        if (e.when <= heap_[least].when)
            break;
        place(hole, heap_[least]);
        hole = least;
    }
    place(hole, e);
}

void timer_queue::remove(std::size_t index) noexcept {
    heap_[index].fiber->timer_index = fiber_record::no_timer;
    const entry last = heap_.back();
    heap_.pop_back();
    if (index == heap_.size())
        return;
    if (index > 0 && last.when < heap_[(index - 1) / arity].when)
        sift_up(index, last);
    else
        sift_down(index, last);
}

} // namespace fibers::detail
