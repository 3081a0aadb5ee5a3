#include <fibers/detail/stack_walk.hpp>

#include <boost/context/detail/fcontext.hpp>

#include <unwind.h>

#include <algorithm>
#include <array>
#include <cstdint>

#if defined(__x86_64__) && !defined(__ILP32__)

/// _Unwind_Backtrace(visit, argument), but not of who calls this: its own call frame information says
/// that it was called by what is suspended. `registers` is where that has its rbx; beside it lie, as
/// jump_fcontext() has put them, r12 to r15 below and rbp and the return address above. The last
/// lies 128 bytes lower than the stack pointer will be: see balanced_jump().
/// Global, since link-time optimisation may put it into another object than its caller.
extern "C" void weft_unwind_suspended(const void* registers, _Unwind_Trace_Fn visit,
                                      void* argument);
asm(R"(
    .text
    .globl weft_unwind_suspended
    .hidden weft_unwind_suspended
    .type weft_unwind_suspended, @function
weft_unwind_suspended:
    .cfi_startproc
    pushq %rbx
    .cfi_adjust_cfa_offset 8
    .cfi_rel_offset rbx, 0
    movq %rdi, %rbx
    movq %rsi, %rdi
    movq %rdx, %rsi
    .cfi_remember_state
    .cfi_def_cfa rbx, 152
    .cfi_offset rip, -136
    .cfi_offset rbp, -144
    .cfi_offset rbx, -152
    .cfi_offset r15, -160
    .cfi_offset r14, -168
    .cfi_offset r13, -176
    .cfi_offset r12, -184
    call _Unwind_Backtrace@PLT
    .cfi_restore_state
    popq %rbx
    .cfi_adjust_cfa_offset -8
    .cfi_restore rbx
    ret
    .cfi_endproc
    .size weft_unwind_suspended, . - weft_unwind_suspended
)");

#endif

namespace fibers::detail {

namespace {

struct walk {
    std::span<void*> frames;
    bool skips_handler;
    std::size_t size = 0;
    bool skipped_own = false;

    static _Unwind_Reason_Code visit(_Unwind_Context* context, void* argument) {
        auto& self = *static_cast<walk*>(argument);
        if (!self.skipped_own) {
            self.skipped_own = true;
            return _URC_NO_REASON;
        }
        int is_interrupted = 0;
        auto address = static_cast<std::uintptr_t>(_Unwind_GetIPInfo(context, &is_interrupted));
        if (is_interrupted) {
            ++address; // where a return address would be
            self.skips_handler = false;
        }
        if (self.skips_handler)
            return _URC_NO_REASON;
        if (address == 0 || self.size == self.frames.size())
            return _URC_END_OF_STACK;
        self.frames[self.size++] = reinterpret_cast<void*>(address);
        return _URC_NO_REASON;
    }
};

#if defined(__x86_64__) && !defined(__ILP32__)

void never_called(boost::context::detail::transfer_t) {}

/// This differs from one Boost to the next, but where a new context has the function that it will call, an old one
/// has its rbx.
std::size_t find_saved_rbx() noexcept {
    alignas(64) std::array<std::uintptr_t, 64> stack{};
    const auto* const context =
        static_cast<const std::uintptr_t*>(boost::context::detail::make_fcontext(
            stack.data() + stack.size(), sizeof stack, never_called));
    const auto* const end = stack.data() + stack.size();
    return static_cast<std::size_t>(
        std::find(context, end, reinterpret_cast<std::uintptr_t>(&never_called)) - context);
}

#endif

} // namespace

std::size_t saved_rbx_offset() noexcept {
#if defined(__x86_64__) && !defined(__ILP32__)
    static const std::size_t offset = find_saved_rbx() * sizeof(std::uintptr_t);
    return offset;
#else
    return 0;
#endif
}

std::size_t walk_suspended([[maybe_unused]] const void* suspended_at,
                           std::span<void*> frames) noexcept {
    walk result{frames, false};
#if defined(__x86_64__) && !defined(__ILP32__)
    weft_unwind_suspended(static_cast<const std::byte*>(suspended_at) + saved_rbx_offset(),
                          &walk::visit, &result);
#endif
    return result.size;
}

std::size_t walk_interrupted(std::span<void*> frames) noexcept {
    walk result{frames, true};
    _Unwind_Backtrace(&walk::visit, &result);
    return result.size;
}

} // namespace fibers::detail
