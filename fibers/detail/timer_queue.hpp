#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/clock.hpp>

#include <cstddef>
#include <vector>

namespace fibers::detail {

class fiber_record;

/// The deadlines of one worker's fibers: a 4-ary min-heap, at most one entry a fiber.
///
/// A wait that ends early leaves its entry where it is. The fiber's next wait finds it there, and
/// if its deadline is later (an idle timeout that is pushed back at each request) there is nothing
/// to do: an entry that comes up too early moves to the deadline that is in force by then. So a
/// deadline that never fires costs no heap operation.
class timer_queue {
  public:
    bool empty() const noexcept { return heap_.empty(); }

    /// The moment before which fire() has nothing to do.
    time_point next() const noexcept { return heap_.empty() ? never : heap_.front().when; }

    /// Makes sure that fire() comes by at the fiber's park_deadline. Throws std::bad_alloc.
    void arm(fiber_record&);

    /// Takes the fiber's entry out, if there is one.
    void forget(fiber_record&) noexcept;

    /// Ends the waits whose deadline is not after `time`. True: there was one.
    bool fire(time_point time, agent_list& claimed) noexcept;

    /// Whose deadline comes next. There must be one.
    const fiber_record& first() const noexcept { return *heap_.front().fiber; }

  private:
    struct entry {
        time_point when;
        fiber_record* fiber;
    };

    static constexpr std::size_t arity = 4;

    void place(std::size_t index, entry) noexcept;
    void sift_up(std::size_t hole, entry) noexcept;
    void sift_down(std::size_t hole, entry) noexcept;
    void remove(std::size_t index) noexcept;

    std::vector<entry> heap_;
};

} // namespace fibers::detail
