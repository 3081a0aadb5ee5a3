#include <benchmarks/weft/cases.hpp>

#include <benchmarks/support/park_figures.hpp>
#include <benchmarks/support/sleep_plan.hpp>
#include <benchmarks/support/stopwatch.hpp>

#include <fibers/fiber.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <array>
#include <mutex>

namespace bench::weft {

namespace {

constexpr std::size_t million = 1'000'000;

json yield_among(std::size_t count) {
    bool done = false;
    fibers::scope others;
    for (std::size_t i = 1; i < count; ++i)
        others.spawn([&] {
            while (!done)
                fibers::this_fiber::yield();
        });
    const std::size_t rounds = million / count;
    const double each = nanoseconds_each(rounds * count, [&] {
        for (std::size_t i = 0; i < rounds; ++i)
            fibers::this_fiber::yield();
    });
    done = true;
    return {{"ns_per_op", each}};
}

std::uint64_t skynet_node(std::uint64_t first, std::uint64_t size) {
    if (size == 1)
        return first;
    std::array<fibers::fiber<std::uint64_t>, 10> children;
    for (std::size_t i = 0; i < 10; ++i)
        children[i] = fibers::spawn(skynet_node, first + i * (size / 10), size / 10);
    std::uint64_t total = 0;
    for (auto& child : children)
        total += child.join();
    return total;
}

} // namespace

json yield_2() {
    return yield_among(2);
}
json yield_1000() {
    return yield_among(1000);
}

json spawn_join() {
    constexpr int count = 1000;
    return {{"ns_per_op", nanoseconds_each(count, [] {
                 for (int i = 0; i < count; ++i)
                     fibers::spawn([] {}).join();
             })}};
}

json spawn_million() {
    const stopwatch time;
    {
        fibers::scope all;
        for (std::size_t i = 0; i < million; ++i)
            all.spawn([] {});
    }
    return {{"ns_per_op", time.nanoseconds() / million}};
}

json skynet() {
    const stopwatch time;
    const std::uint64_t sum = skynet_node(0, million);
    return {{"ms", time.milliseconds()}, {"sum", sum}};
}

json park_million() {
    fibers::mutex mutex;
    fibers::condition_variable opened;
    bool open = false;
    std::size_t parked = 0;
    park_figures figures;
    {
        fibers::scope all;
        for (std::size_t i = 0; i < park_figures::fibers; ++i)
            all.spawn([&] {
                std::unique_lock lock{mutex};
                ++parked;
                opened.wait(lock, [&] { return open; });
            });
        while (parked < park_figures::fibers)
            fibers::this_fiber::yield();
        figures.all_parked();
        {
            const std::lock_guard lock{mutex};
            open = true;
        }
        opened.notify_all();
    }
    return figures.all_ended();
}

json sleep_million() {
    sleep_plan plan;
    {
        fibers::scope all;
        for (std::size_t i = 0; i < sleep_plan::sleepers; ++i)
            all.spawn([&plan, i] {
                fibers::this_fiber::sleep_until(plan.wake_time(i));
                plan.woke(i);
            });
    }
    return plan.figures();
}

} // namespace bench::weft
