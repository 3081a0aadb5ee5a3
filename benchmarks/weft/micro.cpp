// Weft's public API, one worker.

#include <benchmarks/support/micro_main.hpp>
#include <benchmarks/support/park_figures.hpp>
#include <benchmarks/support/sleep_plan.hpp>
#include <benchmarks/support/stopwatch.hpp>

#include <fibers/fiber.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <array>
#include <mutex>

namespace {

using nlohmann::json;

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
    const double each = bench::nanoseconds_each(rounds * count, [&] {
        for (std::size_t i = 0; i < rounds; ++i)
            fibers::this_fiber::yield();
    });
    done = true;
    return {{"ns_per_op", each}};
}

json yield_2() {
    return yield_among(2);
}
json yield_1000() {
    return yield_among(1000);
}

json spawn_join() {
    constexpr int count = 1000;
    return {{"ns_per_op", bench::nanoseconds_each(count, [] {
                 for (int i = 0; i < count; ++i)
                     fibers::spawn([] {}).join();
             })}};
}

json spawn_million() {
    const bench::stopwatch time;
    {
        fibers::scope all;
        for (std::size_t i = 0; i < million; ++i)
            all.spawn([] {});
    }
    return {{"ns_per_op", time.nanoseconds() / million}};
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

json skynet() {
    const bench::stopwatch time;
    const std::uint64_t sum = skynet_node(0, million);
    return {{"ms", time.milliseconds()}, {"sum", sum}};
}

json park_million() {
    fibers::mutex mutex;
    fibers::condition_variable opened;
    bool open = false;
    std::size_t parked = 0;
    bench::park_figures figures;
    {
        fibers::scope all;
        for (std::size_t i = 0; i < bench::park_figures::fibers; ++i)
            all.spawn([&] {
                std::unique_lock lock{mutex};
                ++parked;
                opened.wait(lock, [&] { return open; });
            });
        while (parked < bench::park_figures::fibers)
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
    bench::sleep_plan plan;
    {
        fibers::scope all;
        for (std::size_t i = 0; i < bench::sleep_plan::sleepers; ++i)
            all.spawn([&plan, i] {
                fibers::this_fiber::sleep_until(plan.wake_time(i));
                plan.woke(i);
            });
    }
    return plan.figures();
}

json mutex() {
    fibers::mutex mutex;
    constexpr int count = 1'000'000;
    return {{"ns_per_op", bench::nanoseconds_each(count, [&] {
                 for (int i = 0; i < count; ++i) {
                     mutex.lock();
                     mutex.unlock();
                 }
             })}};
}

json condition_variable() {
    fibers::mutex mutex;
    fibers::condition_variable changed;
    enum { ping, pong, over } turn = ping;
    auto partner = fibers::spawn([&] {
        std::unique_lock lock{mutex};
        for (;;) {
            changed.wait(lock, [&] { return turn != ping; });
            if (turn == over)
                return;
            turn = ping;
            changed.notify_one();
        }
    });
    constexpr int count = 100'000;
    const double each = bench::nanoseconds_each(count, [&] {
        std::unique_lock lock{mutex};
        for (int i = 0; i < count; ++i) {
            turn = pong;
            changed.notify_one();
            changed.wait(lock, [&] { return turn == ping; });
        }
    });
    {
        const std::lock_guard lock{mutex};
        turn = over;
    }
    changed.notify_one();
    partner.join();
    return {{"ns_per_op", each}};
}

/// The case as it runs inside of a runtime.
template <json (*Case)()>
json in_runtime() {
    json figures;
    fibers::run([&] { figures = Case(); });
    return figures;
}

} // namespace

int main(int argc, char** argv) {
    return bench::micro_main(argc, argv,
                             {{"yield_2", in_runtime<yield_2>},
                              {"yield_1000", in_runtime<yield_1000>},
                              {"spawn_join", in_runtime<spawn_join>},
                              {"spawn_million", in_runtime<spawn_million>},
                              {"skynet", in_runtime<skynet>},
                              {"park_million", in_runtime<park_million>},
                              {"sleep_million", in_runtime<sleep_million>},
                              {"mutex", in_runtime<mutex>},
                              {"condition_variable", in_runtime<condition_variable>}});
}
