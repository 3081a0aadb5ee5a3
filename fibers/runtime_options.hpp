#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace fibers {

/// What a runtime does when every one of its fibers waits and nothing is left that could wake one:
/// no timer, no descriptor, no call in fibers::blocking(), no other thread in the process.
enum class deadlock_action {
    ignore,
    report, ///< says so on standard error, once, with each fiber and what it waits for
    abort   ///< does that, and calls std::abort
};

/// What a runtime is made of. Every member has a default; name those that differ:
/// `fibers::runtime runtime{{.workers = 2, .stack_size = 64 * 1024}};`
struct runtime_options {
    /// OS threads that run fibers, the calling thread among them. 0: one for each processor that
    /// the process may use.
    unsigned workers = 1;

    /// Bytes of address space for each fiber's stack, without its guard; rounded up to whole pages.
    /// Memory is used for what a fiber touches. At least 8 KiB.
    std::size_t stack_size = 256 * 1024;

    /// The workers' thread names: `name/0`, `name/1` … (15 characters are kept,
    /// pthread_setname_np(3)). The calling thread keeps its own.
    std::string name = "weft";

    /// Worker i runs on processor cpus[i mod size] only. Empty: wherever the system puts it.
    std::vector<int> cpus = {};

    /// At most so many threads make the calls of fibers::blocking() beside the workers. They are made
    /// when they are needed, end after ten seconds without work, and are called `name blocking/0` …
    unsigned blocking_threads = 64;

    /// How long a worker with nothing to do polls before it sleeps. Some tens of microseconds save
    /// the wake-up of a sleeping processor where requests come one by one, at the price of its
    /// time.
    std::chrono::microseconds busy_poll{0};

    /// What to do about a deadlock. It is noticed a tenth of a second later.
    deadlock_action on_deadlock = deadlock_action::report;

    /// When a fiber has held its worker for so long without letting others have their turn, that is
    /// said on standard error, with its name, its stack, and the system call in which it sits. A thread
    /// looks for it four times in that time. To see the stack it interrupts the worker by a signal (SIGURG);
    /// a system call that is not restarted then fails with EINTR (signal(7)). 0: nobody looks.
    std::chrono::milliseconds watchdog{0};
};

} // namespace fibers
