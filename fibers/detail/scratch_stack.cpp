#include <fibers/detail/scratch_stack.hpp>

#include <fibers/detail/worker.hpp>

#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

namespace fibers::detail {

void scratch_stack::abort_for_suspension() noexcept {
    std::fputs("weft: what on_shared_stack() calls must not suspend\n", stderr);
    std::abort();
}

void scratch_stack::call(void (*f)(void*), void* argument, sanitizer_marks& own_marks) {
    if (!stack_)
        make();
    function_ = f;
    argument_ = argument;
    borrowers_marks_ = &own_marks;
    lent_ = true;
    switch_stacks(borrower_, own_marks, stack_->idle_at, stack_->marks);
    lent_ = false;
    if (thrown_) [[unlikely]]
        std::rethrow_exception(std::exchange(thrown_, nullptr));
}

[[gnu::cold]] void scratch_stack::make() {
    arena_.emplace(size, 1);
    stack* const made = arena_->acquire();
    if (!made)
        throw std::bad_alloc{};
    made->idle_at = make_stack(arena_->limit_of(*made), made->top(), serve, made->marks);
    stack_ = made;
}

/// The bottom of the stack.
void scratch_stack::serve(boost::context::detail::transfer_t arrived) noexcept {
    scratch_stack& self = this_worker->scratch();
    stack& mine = *self.stack_;
    complete_switch(arrived, mine.marks);
    for (;;) {
        self.run_call();
        switch_stacks(mine.idle_at, mine.marks, self.borrower_, *self.borrowers_marks_);
    }
}

void scratch_stack::run_call() noexcept try { function_(argument_); } catch (...) {
    thrown_ = std::current_exception();
}

} // namespace fibers::detail
