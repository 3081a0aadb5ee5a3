#pragma once

#include <fibers/detail/balanced_jump.hpp>
#include <fibers/detail/sanitizer_marks.hpp>

#include <boost/context/detail/fcontext.hpp>

#include <cstddef>

/// Boost.Context's fcontext layer, and not its `fiber` class: a stack that is given up here holds
/// no destructors, so there is nothing to unwind, and a new one needs no switch to be made.
namespace fibers::detail {

/// Where a suspended stack goes on: an fcontext_t, which is a pointer into that stack.
using resume_point = void*;

/// Where a new stack begins. It never returns, and its first act is complete_switch().
using stack_entry = void (*)(boost::context::detail::transfer_t);

/// Makes [limit, top) a suspended stack that will call `entry`.
inline resume_point make_stack(std::byte* limit, std::byte* top, stack_entry entry,
                               sanitizer_marks& marks) noexcept {
    const auto size = static_cast<std::size_t>(top - limit);
    marks.begin(limit, size);
    return boost::context::detail::make_fcontext(top, size, entry);
}

/// What the departing side leaves for the arriving one to fill in.
struct departure {
    resume_point& goes_on_at;
    sanitizer_marks& marks;
};

/// Notes, on the arriving side of a switch, where the departed one goes on.
inline void complete_switch(boost::context::detail::transfer_t arrived,
                            sanitizer_marks& own_marks) noexcept {
    const auto& departed = *static_cast<const departure*>(arrived.data);
    departed.goes_on_at = arrived.fctx;
    own_marks.arrive_from(departed.marks);
}

/// Suspends the calling stack, whose marks are `own_marks`, into `from`, and goes on at `to`.
/// Returns when somebody goes on at `from`.
inline void switch_stacks(resume_point& from, sanitizer_marks& own_marks, resume_point to,
                          sanitizer_marks& to_marks) noexcept {
    departure leaving{from, own_marks};
    own_marks.depart_to(to_marks);
    complete_switch(balanced_jump(to, &leaving), own_marks);
}

} // namespace fibers::detail
