#include <fibers/detail/debugger_layout.hpp>

#include <fibers/detail/fiber_record.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/runtime_core.hpp>
#include <fibers/detail/short_lock.hpp>
#include <fibers/detail/stack_walk.hpp>
#include <fibers/detail/worker.hpp>

#include <cstddef>
#include <cstdint>
#include <mutex>

// gdb runs the Python that it finds there: a 4, a name and a newline, the text, a 0.
asm(".pushsection \".debug_gdb_scripts\", \"MS\",@progbits,1\n"
    ".byte 4\n"
    ".ascii \"weft_gdb.py\\n\"\n"
    ".incbin \"" WEFT_GDB_SCRIPT "\"\n"
    ".byte 0\n"
    ".popsection\n");

// offsetof() of what is not of standard layout is supported by GCC and Clang where no base is virtual.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

namespace fibers::detail {

namespace {

constinit short_lock lock; // guards the list

} // namespace

extern "C" {
// Found by their names.
[[gnu::used]] constinit runtime_core* weft_debugger_runtimes = nullptr;
[[gnu::used]] constinit std::size_t weft_debugger_saved_rbx = 0; // in bytes
}

struct debugger_layout::entry {
    char name[24]; // "": the end
    std::uint64_t value;
};

[[gnu::used]] constinit const debugger_layout::entry
    debugger_layout::entries[] asm("weft_debugger_layout") = {
        {"runtime.workers", offsetof(runtime_core, workers_)},
        {"runtime.name", offsetof(runtime_core, options_) + offsetof(runtime_options, name)},
        {"runtime.next", offsetof(runtime_core, next_for_debugger_)},
        {"worker.current", offsetof(worker, current_)},
        {"worker.root", offsetof(worker, root_)},
        {"worker.stacks", offsetof(worker, stacks_)},
        {"worker.thread_id", offsetof(worker, thread_id_)},
        {"arena.chunks", offsetof(stack_arena, chunks_)},
        {"arena.slot_size", offsetof(stack_arena, slot_size_)},
        {"arena.stagger", stack_arena::stagger},
        {"arena.stagger_positions", stack_arena::stagger_positions},
        {"chunk.size", sizeof(stack_arena::chunk)},
        {"chunk.base", offsetof(stack_arena::chunk, base)},
        {"chunk.used", offsetof(stack_arena::chunk, used)},
        {"stack.size", sizeof(stack)},
        {"stack.occupant", offsetof(stack, occupant)},
        {"fiber.word", offsetof(fiber_record, word_)},
        {"fiber.suspended_at", offsetof(fiber_record, suspended_at)},
        {"fiber.wait", offsetof(fiber_record, wait)},
        {"fiber.name", offsetof(fiber_record, name_)},
        {"parking.what", offsetof(parking, what_)},
        {"parking.which", offsetof(parking, which_)},
        {"parking.kind", offsetof(parking, kind_)},
        {"", 0},
};

void debugger_layout::enlist(runtime_core& core) noexcept {
    const std::lock_guard guard{lock};
    weft_debugger_saved_rbx = saved_rbx_offset();
    core.next_for_debugger_ = weft_debugger_runtimes;
    weft_debugger_runtimes = &core;
}

void debugger_layout::strike_off(runtime_core& core) noexcept {
    const std::lock_guard guard{lock};
    runtime_core** link = &weft_debugger_runtimes;
    while (*link != &core)
        link = &(*link)->next_for_debugger_;
    *link = core.next_for_debugger_;
}

} // namespace fibers::detail
