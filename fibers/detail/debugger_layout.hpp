#pragma once

namespace fibers::detail {

class runtime_core;

/// Where a debugger finds the runtimes, and in them the fibers: fibers/gdb/weft_gdb.py. A program is built
/// without debug information, or optimised, so what the debugger must know of the classes is written
/// into it. The list is the process's; nothing but debuggers reads it.
class debugger_layout {
  public:
    static void enlist(runtime_core&) noexcept;
    static void strike_off(runtime_core&) noexcept;

  private:
    struct entry;
    static const entry entries[];
};

} // namespace fibers::detail
