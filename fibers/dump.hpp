#pragma once

#include <fibers/fiber_id.hpp>
#include <fibers/fiber_state.hpp>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace fibers {

class runtime;

/// What a fiber is doing.
struct fiber_report {
    fiber_id id;
    std::string name = {}; ///< empty: it has none. That of the main fiber is "main".
    unsigned worker = 0;
    fiber_state state = fiber_state::parked;
    std::string waits_for = {};          ///< while parked: "a mutex (0x7ffd1c0a4e58)"
    std::chrono::nanoseconds for_time{}; ///< since then, or since it has run; about
    std::optional<std::chrono::nanoseconds> deadline =
        {}; ///< time left of the wait; none: it has no deadline
    std::vector<std::string> stack =
        {}; ///< "function+0x12", innermost first; empty where it is not known
};

/// What a worker is doing.
struct worker_report {
    int thread = 0;    ///< of the system, gettid(2)
    bool held = false; ///< by a fiber: it did not answer, and of its fibers only that one is known
    std::string system_call = {}; ///< in which it sits then, as in "read(2)"; empty: it computes
    std::size_t fibers = 0;       ///< that have begun here, the main fiber not counted
    std::chrono::nanoseconds cpu_time{};
};

/// What all fibers of a runtime are doing. Those of one worker are seen some at a time, and may have gone on
/// when the next are seen.
struct fiber_dump {
    std::string name; ///< runtime_options::name
    std::vector<worker_report> workers;
    std::vector<fiber_report> fibers;
    std::size_t fresh = 0;    ///< fibers that wait to begin
    std::size_t left_out = 0; ///< fibers beyond dump_options::most_fibers
};

struct dump_options {
    /// Whether stacks are looked at. That takes some ten microseconds for each fiber.
    bool stacks = true;
    /// More are only counted.
    std::size_t most_fibers = 10'000;
    /// How long a worker may take to answer before it is said to be held.
    std::chrono::milliseconds patience{100};
};

/// Looks at all fibers of a runtime; there are none where it does not run. Each worker looks at its own, for
/// a millisecond or two at a time. One that does not come to it is interrupted by a signal (SIGURG), so
/// that it is known which fiber holds it and where; a system call that is not restarted then
/// fails with EINTR (signal(7)).
/// *Suspends until* it has seen them; for each worker that is held, twice `patience`.
/// *May be used by* any fiber and thread. The runtime must exist.
fiber_dump dump_fibers(runtime&, const dump_options& = {});

/// Those of the calling fiber's runtime.
/// *Fails with* errc::operation_not_permitted on a thread that runs no fibers.
fiber_dump dump_fibers(const dump_options& = {});

/// As text for people, a paragraph for each fiber. Fibers with the same stack stand together.
std::string to_text(const fiber_dump&);

} // namespace fibers
