#pragma once

#include <fibers/detail/context_switch.hpp>
#include <fibers/detail/stack_arena.hpp>

#include <exception>
#include <optional>

namespace fibers::detail {

/// A stack that the fibers of one worker borrow, one at a time, for calls that do not suspend.
///
/// | state | meaning                                     | leaves by         |
/// |-------|---------------------------------------------|-------------------|
/// | none  | there is no stack yet                       | call → lent       |
/// | idle  | it lies suspended where it waits for a call | call → lent       |
/// | lent  | it runs a call; the borrower is suspended   | its return → idle |
class scratch_stack {
  public:
    /// Whoever suspends says so, because others would borrow the stack meanwhile.
    void expect_not_lent() const noexcept {
        if (lent_) [[unlikely]]
            abort_for_suspension();
    }

    bool lent() const noexcept { return lent_; }

    /// Where the borrower goes on, while it is lent.
    const void* borrower() const noexcept { return borrower_; }
    /// Where the stack is, then.
    const stack_arena& arena() const noexcept { return *arena_; }
    const stack& lent_stack() const noexcept { return *stack_; }

    /// Calls f(argument) there. `own_marks` are the calling stack's. Throws what `f` throws, and
    /// std::bad_alloc where there can be no stack.
    void call(void (*f)(void*), void* argument, sanitizer_marks& own_marks);

  private:
    static constexpr std::size_t size = 256 * 1024;

    [[noreturn]] static void abort_for_suspension() noexcept;
    static void serve(boost::context::detail::transfer_t) noexcept;
    void make();
    void run_call() noexcept;

    bool lent_ = false;
    void (*function_)(void*) = nullptr;
    void* argument_ = nullptr;
    std::exception_ptr thrown_;
    resume_point borrower_ = nullptr;
    sanitizer_marks* borrowers_marks_ = nullptr;
    std::optional<stack_arena> arena_;
    stack* stack_ = nullptr;
};

} // namespace fibers::detail
