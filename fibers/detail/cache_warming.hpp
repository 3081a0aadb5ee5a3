#pragma once

#include <fibers/detail/fiber_record.hpp>
#include <fibers/detail/stack_arena.hpp>

#include <cstddef>

/// What a fiber touches when it goes on lies somewhere in memory, and a switch waits for it line by
/// line. So it is fetched ahead of the switch, many lines at once.
namespace fibers::detail {

inline constexpr std::size_t cache_line_size = 64;

/// GCC takes a function that only prefetches for one without effect, and drops the calls of it;
/// the empty asm is an effect.
inline void prefetch(const void* line) noexcept {
    __builtin_prefetch(line);
    asm volatile("");
}

/// The top of the stack of a fiber that is next but one, while others run. Its page is in the TLB
/// where fibers follow one another closely; a prefetch that misses that does nothing.
inline void prefetch_stack(const fiber_record& fiber) noexcept {
    // Between them lies the red zone that balanced_jump() steps over.
    constexpr std::size_t registers = 0, suspend_and_its_callers = 3; // lines
    const auto* const top = static_cast<const std::byte*>(fiber.suspended_at);
    for (std::size_t line = 0; line < 2; ++line) {
        prefetch(top + (registers + line) * cache_line_size);
        prefetch(top + (suspend_and_its_callers + line) * cache_line_size);
    }
}

/// The stack of a fiber that has not run for long, TLB included: loads, not prefetches. They do not
/// wait for one another, so that several fibers in a row cost little more than one. The innermost
/// frames are what it returns through; in the outermost lies what it works on: a connection. Others
/// may be writing there; what is read is not used.
[[gnu::no_sanitize_address, gnu::no_sanitize_thread]] inline void
load_stack(const fiber_record& fiber) noexcept {
    constexpr std::size_t innermost = 12, outermost = 6; // lines
    if (!fiber.own_stack)
        return; // a thread's
    const auto* const end = reinterpret_cast<const volatile std::byte*>(fiber.own_stack);
    const auto* line = static_cast<const volatile std::byte*>(fiber.suspended_at);
    for (std::size_t i = 0; i < innermost && line < end; ++i, line += cache_line_size)
        static_cast<void>(*line);
    for (std::size_t i = 0; i < outermost; ++i)
        static_cast<void>(*(end - i * cache_line_size));
}

} // namespace fibers::detail
