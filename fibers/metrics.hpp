#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fibers {

class runtime;

/// How often a delay fell into which range.
struct delay_histogram {
    static constexpr std::size_t buckets = 12;

    /// Bucket i has what is not above that, and above the bound before; the last one has the rest.
    /// 1 µs, 4 µs, 16 µs … 1.05 s.
    static constexpr std::chrono::nanoseconds upper_bound(std::size_t bucket) noexcept {
        return std::chrono::microseconds{std::int64_t{1} << 2 * bucket};
    }

    static constexpr std::size_t bucket_of(std::chrono::nanoseconds delay) noexcept {
        std::size_t bucket = 0;
        while (bucket + 1 < buckets && delay > upper_bound(bucket))
            ++bucket;
        return bucket;
    }

    std::array<std::uint64_t, buckets> counts{};
    std::chrono::nanoseconds sum{};

    std::uint64_t count() const noexcept;
    delay_histogram& operator+=(const delay_histogram&) noexcept;
};

/// One worker's, or the sum of all.
struct worker_metrics {
    // Counted since the runtime began.
    std::uint64_t spawned = 0;           ///< fibers that its fibers have spawned
    std::uint64_t begun = 0;             ///< fibers that have begun to run here
    std::uint64_t ended = 0;             ///< fibers that have ended here
    std::uint64_t stolen = 0;            ///< new fibers that it has taken from other workers
    std::uint64_t switches = 0;          ///< times that it has turned to a fiber
    std::uint64_t polls = 0;             ///< looks at its descriptors, epoll_wait(2)
    std::uint64_t sleeps = 0;            ///< times that it had nothing to do, slept, and was woken
    std::chrono::nanoseconds cpu_time{}; ///< of its thread

    /// How long a fiber that can go on waits for its turn, from when its worker has learned of it.
    /// One fiber is measured every few milliseconds, so this is a sample.
    delay_histogram queue_delay;

    // As it is now.
    std::size_t fresh = 0; ///< fibers that wait to begin
    std::size_t stacks_in_use = 0, stacks_idle = 0;
    std::size_t stack_bytes = 0; ///< address space of these stacks
    std::size_t descriptors = 0; ///< registered with its epoll instance

    // Counted by the worker itself, between two fibers.
    bool counted = true; ///< false: it did not come to it in time, and the next three say nothing
    std::size_t running = 0;                   ///< fibers that run, 0 or 1
    std::size_t ready = 0;                     ///< fibers that can go on and wait for their turn
    std::map<std::string, std::size_t> parked; ///< how many wait, by what they wait for: "a mutex"

    worker_metrics& operator+=(const worker_metrics&);
};

/// The threads of fibers::blocking().
struct blocking_metrics {
    std::size_t threads = 0, busy = 0;
    std::size_t queued = 0; ///< calls that wait for a thread
    std::uint64_t done = 0; ///< calls that have been made
};

/// What a runtime does, in numbers.
struct runtime_metrics {
    std::string name; ///< runtime_options::name
    std::vector<worker_metrics> workers;
    worker_metrics total;  ///< of them; with what was spawned from outside and has not begun
    std::size_t alive = 0; ///< fibers that have been spawned, also from outside, and have not ended
    blocking_metrics blocking;
};

/// The numbers of a runtime; without workers where it does not run.
/// *Suspends until* each worker has counted its fibers; 100 ms at most for each: one that a fiber holds does
/// not come to it. A worker counts for less than a millisecond at a time.
/// *May be used by* any fiber and thread. The runtime must exist.
runtime_metrics collect_metrics(runtime&);

/// Of the calling fiber's runtime.
/// *Fails with* errc::operation_not_permitted on a thread that runs no fibers.
runtime_metrics collect_metrics();

} // namespace fibers
