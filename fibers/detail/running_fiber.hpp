#pragma once

#include <fibers/detail/stack_sample.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace fibers::detail {

class runtime_core;

/// What a worker is at that does not answer.
struct held_worker {
    bool exists = false;                 ///< false: it has ended, or looks for work
    int thread = 0;                      ///< gettid(2)
    std::string system_call;             ///< empty: it computes
    std::chrono::nanoseconds for_time{}; ///< about how long its fiber has held it
    std::optional<running_fiber> fiber;  ///< none: its thread cannot be interrupted
};

/// Interrupts the worker's thread to find out. Suspends until it has answered, `patience` at most.
held_worker interrupt_worker(runtime_core&, unsigned index, std::chrono::milliseconds patience);

} // namespace fibers::detail
