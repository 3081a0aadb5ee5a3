"""Fibers for gdb: `info fibers`, `fiber N`, `fiber apply all bt`, in live processes and core files.

The library says in weft_debugger_layout where things lie, so that this needs no debug information.
"""

import gdb
import gdb.unwinder

POINTER = 8
PARKED, STOPPABLE, PHASES = 1, 2, 3  # fibers/detail/agent.hpp
END_OF_FIBER = 1  # fibers/detail/parking.hpp
RED_ZONE = 128  # fibers/detail/balanced_jump.hpp


def read(address, size=POINTER, signed=False):
    memory = gdb.selected_inferior().read_memory(address, size)
    return int.from_bytes(bytes(memory), "little", signed=signed)


def read_text(address, longest=200):
    text = b""
    while len(text) < longest:
        byte = bytes(gdb.selected_inferior().read_memory(address + len(text), 1))
        if byte == b"\0":
            break
        text += byte
    return text.decode(errors="replace")


def address_of(symbol):
    return int(gdb.parse_and_eval("(unsigned long)&" + symbol))


def read_layout():
    entry, layout = address_of("weft_debugger_layout"), {}
    while name := read_text(entry, 24):
        layout[name] = read(entry + 24)
        entry += 32
    return layout


class Fiber:
    """One that has begun. Its number is its place in the list."""

    def __init__(self, layout, record, worker, name=None):
        self.layout, self.record, self.worker = layout, record, worker
        current = read(worker + layout["worker.current"])
        self.is_current = current != 0 and record == read(current)
        self.name = name or self.name_of(record)

    def name_of(self, record):
        name = read(record + self.layout["fiber.name"])
        return read_text(name) if name else ""

    def waits(self):
        phase = read(self.record + self.layout["fiber.word"], 4) & PHASES
        return phase in (PARKED, STOPPABLE)

    def state(self):
        if self.waits():
            return "waits for " + self.awaited()
        return "runs" if self.is_current else "can go on"

    def awaited(self):
        wait = read(self.record + self.layout["fiber.wait"])
        what = read_text(read(wait + self.layout["parking.what"]))
        which = read(wait + self.layout["parking.which"])
        if read(wait + self.layout["parking.kind"], 1) == END_OF_FIBER:
            return f'the end of fiber {which:#x} "{self.name_of(which)}"'
        return f"{what} ({which:#x})" if which else what

    def thread(self):
        """The thread of its worker."""
        lwp = read(self.worker + self.layout["worker.thread_id"], 4)
        return next((t for t in gdb.selected_inferior().threads() if t.ptid[1] == lwp), None)

    def registers(self):
        """What they will be when it goes on: see stack_walk.cpp."""
        rbx = read(self.record + self.layout["fiber.suspended_at"]) + read(
            address_of("weft_debugger_saved_rbx")
        )
        names = ["r12", "r13", "r14", "r15", "rbx", "rbp", "rip"]
        saved = {name: read(rbx + (i - 4) * POINTER) for i, name in enumerate(names)}
        saved["rsp"] = rbx + 3 * POINTER + RED_ZONE
        return saved


def elements(vector, size):
    """The addresses of a std::vector's elements."""
    return range(read(vector), read(vector + POINTER), size)


def occupants(layout, worker):
    arena = worker + layout["worker.stacks"]
    slot_size = read(arena + layout["arena.slot_size"])
    for chunk in elements(arena + layout["arena.chunks"], layout["chunk.size"]):
        base = read(chunk + layout["chunk.base"])
        for slot in range(read(chunk + layout["chunk.used"])):
            stagger = slot % layout["arena.stagger_positions"] * layout["arena.stagger"]
            head = base + (slot + 1) * slot_size - layout["stack.size"] - stagger
            record = read(head + layout["stack.occupant"])
            if record:
                yield record


def all_fibers():
    try:
        layout = read_layout()
        core = read(address_of("weft_debugger_runtimes"))
    except gdb.error as error:
        raise gdb.GdbError(f"no program with fibers: {error}")
    fibers = []
    while core:
        workers = [read(w) for w in elements(core + layout["runtime.workers"], POINTER)]
        for worker in workers:
            root = read(worker + layout["worker.root"])
            if worker == workers[0] and root:
                runtime = read_text(read(core + layout["runtime.name"]))
                fibers.append(Fiber(layout, root, worker, f"main of {runtime}"))
            fibers += [Fiber(layout, r, worker) for r in occupants(layout, worker)]
        core = read(core + layout["runtime.next"])
    return fibers


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = gdb.Value(sp), gdb.Value(pc)


class SuspendedStack(gdb.unwinder.Unwinder):
    """While it is on: says that the innermost frame of a thread has been called by a suspended fiber. This
    works without writing registers, which a core file has not."""

    def __init__(self):
        super().__init__("weft fiber")
        self.registers = None

    def show(self, fiber):
        self.hide()
        frame = gdb.newest_frame()
        self.innermost = (int(frame.read_register("rip")), int(frame.read_register("rsp")))
        self.registers = fiber.registers()
        gdb.invalidate_cached_frames()

    def hide(self):
        if self.registers:
            self.registers = None
            gdb.invalidate_cached_frames()

    def __call__(self, frame):
        if not self.registers:
            return None
        rip, rsp = frame.read_register("rip"), frame.read_register("rsp")
        if (int(rip), int(rsp)) != self.innermost:
            return None
        caller = frame.create_unwind_info(FrameId(self.registers["rsp"] - 2 * POINTER, int(rip)))
        for name, value in self.registers.items():
            kind = frame.read_register(name).type
            caller.add_saved_register(name, gdb.Value(value).cast(kind))
        return caller


stack = SuspendedStack()
gdb.unwinder.register_unwinder(None, stack, replace=True)
gdb.events.cont.connect(lambda event: stack.hide())


def select(fiber):
    stack.hide()
    thread = fiber.thread()
    if thread:
        thread.switch()
    if not fiber.is_current:
        stack.show(fiber)
        gdb.newest_frame().older().select()  # the innermost is the thread's


class InfoFibers(gdb.Command):
    """List the fibers: number, record, worker's thread, state, name."""

    def __init__(self):
        super().__init__("info fibers", gdb.COMMAND_STATUS)

    def invoke(self, argument, from_tty):
        stack.hide()
        fibers = all_fibers()
        if not fibers:
            print("No runtime is running.")
        for number, fiber in enumerate(fibers, 1):
            thread = fiber.thread()
            where = f"thread {thread.num}" if thread else "no thread"
            print(f'{number:4} {fiber.record:#x} {where}: "{fiber.name}" {fiber.state()}')


class FiberCommand(gdb.Command):
    """fiber N, fiber NAME: look at that fiber of `info fibers`; then bt, up, frame, info locals … are about it, and its
    frames begin with #1. It lasts until the program goes on.
    fiber off: look at the thread again.
    fiber apply all COMMAND: do that for each fiber."""

    def __init__(self):
        super().__init__("fiber", gdb.COMMAND_STACK)

    def invoke(self, argument, from_tty):
        words = argument.split(maxsplit=2)
        if words == ["off"]:
            stack.hide()
        elif len(words) == 3 and words[0] == "apply" and words[1] == "all":
            self.apply_to_all(words[2])
        elif words and words[0] != "apply":
            self.show(argument.strip())
        else:
            raise gdb.GdbError("fiber N, fiber NAME, fiber off, or fiber apply all COMMAND")

    def show(self, wanted):
        for number, fiber in enumerate(all_fibers(), 1):
            if wanted in (str(number), fiber.name):
                self.announce(number, fiber)
                select(fiber)
                gdb.execute("frame")
                return
        raise gdb.GdbError(f"No fiber {wanted}; info fibers lists them.")

    def announce(self, number, fiber):
        print(f'Fiber {number} {fiber.record:#x} "{fiber.name}" {fiber.state()}')

    def apply_to_all(self, command):
        thread = gdb.selected_thread()
        for number, fiber in enumerate(all_fibers(), 1):
            print()
            self.announce(number, fiber)
            select(fiber)
            gdb.execute(command)
        stack.hide()
        thread.switch()


InfoFibers()
FiberCommand()
