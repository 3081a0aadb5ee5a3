#include <benchmarks/weft/cases.hpp>

#include <benchmarks/support/stopwatch.hpp>

#include <fibers/fiber.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/channel.hpp>
#include <fibers/sync/locks.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <atomic>
#include <cstddef>

namespace bench::weft {

/// A thousand, each of which lets the others run while it has the mutex: the time of one turn.
json mutex_contended() {
    constexpr int lockers = 1000, turns = 200;
    fibers::mutex mutex;
    long total = 0;
    const stopwatch time;
    {
        fibers::scope all;
        for (int i = 0; i < lockers; ++i)
            all.spawn([&] {
                for (int turn = 0; turn < turns; ++turn) {
                    const fibers::lock_guard lock{mutex};
                    ++total;
                    fibers::this_fiber::yield();
                }
            });
    }
    return {{"ns_per_op", time.nanoseconds() / (lockers * turns)}, {"sum", total}};
}

json channel_two_workers() {
    constexpr std::size_t count = 5'000'000;
    fibers::channel<std::size_t> values{128};
    std::atomic<bool> begun = false;
    auto sender = fibers::spawn([&] {
        begun = true;
        for (std::size_t i = 0; i < count; ++i)
            values.send(i);
    });
    while (!begun) { // without a yield: so it is the other worker that takes it
    }
    std::size_t sum = *values.receive();
    const stopwatch time;
    for (std::size_t i = 1; i < count; ++i)
        sum += *values.receive();
    const double each = time.nanoseconds() / count;
    sender.join();
    return {{"ns_per_op", each}, {"sum", sum}};
}

} // namespace bench::weft
