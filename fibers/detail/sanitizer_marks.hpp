#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define WEFT_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_ASAN 1
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define WEFT_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define WEFT_TSAN 1
#endif
#endif

#if WEFT_ASAN
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if WEFT_TSAN
#include <sanitizer/tsan_interface.h>
#endif

namespace fibers::detail {

#if WEFT_ASAN
inline constexpr bool address_sanitizer = true;
#else
inline constexpr bool address_sanitizer = false;
#endif

/// What the sanitizers want to know of a stack: they follow one for each thread unless they are
/// told of every switch. Without a sanitizer it is empty and does nothing.
struct sanitizer_marks {
#if WEFT_ASAN
    const void* limit = nullptr;
    std::size_t size = 0;
    void* fake_stack = nullptr;
#endif
#if WEFT_TSAN
    void* tsan_fiber = nullptr;
#endif

    /// A new stack.
    void begin([[maybe_unused]] std::byte* stack_limit, [[maybe_unused]] std::size_t stack_size) {
#if WEFT_ASAN
        __asan_unpoison_memory_region(stack_limit, stack_size); // its last user was not unwound
        limit = stack_limit;
        size = stack_size;
#endif
#if WEFT_TSAN
        tsan_fiber = __tsan_create_fiber(0);
#endif
    }

    /// The stack is given up while it is suspended.
    void end() {
#if WEFT_TSAN
        if (tsan_fiber)
            __tsan_destroy_fiber(tsan_fiber);
#endif
        *this = {};
    }

    /// Always inlined, as what it is called from up to the jump should be: ThreadSanitizer notes the
    /// return of a function on the stack that is current then.
    [[gnu::always_inline]] void depart_to([[maybe_unused]] const sanitizer_marks& to) {
#if WEFT_ASAN
        __sanitizer_start_switch_fiber(&fake_stack, to.limit, to.size);
#endif
#if WEFT_TSAN
        if (!tsan_fiber)
            tsan_fiber = __tsan_get_current_fiber(); // a thread's own stack
        __tsan_switch_to_fiber(to.tsan_fiber, 0);
#endif
    }

    void arrive_from([[maybe_unused]] sanitizer_marks& from) {
#if WEFT_ASAN
        __sanitizer_finish_switch_fiber(fake_stack, &from.limit, &from.size);
#endif
    }
};

} // namespace fibers::detail
