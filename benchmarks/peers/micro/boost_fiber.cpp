// Boost.Fiber as shipped: its round-robin scheduler, its sync types. Where a million fibers exist
// at once they have 16 KiB stacks from malloc: the default of 128 KiB each would be a mapping of
// its own each, and there may be only some 65,000 of those.

#include <benchmarks/support/micro_main.hpp>
#include <benchmarks/support/park_figures.hpp>
#include <benchmarks/support/sleep_plan.hpp>
#include <benchmarks/support/stopwatch.hpp>

#include <boost/fiber/buffered_channel.hpp>
#include <boost/fiber/condition_variable.hpp>
#include <boost/fiber/fiber.hpp>
#include <boost/fiber/fixedsize_stack.hpp>
#include <boost/fiber/future.hpp>
#include <boost/fiber/mutex.hpp>
#include <boost/fiber/operations.hpp>
#include <boost/fiber/recursive_mutex.hpp>
#include <boost/fiber/unbuffered_channel.hpp>

#include <array>
#include <mutex>
#include <vector>

namespace {

namespace bf = boost::fibers;
using nlohmann::json;

constexpr std::size_t million = 1'000'000;

template <class F>
bf::fiber spawn_small(F&& function) {
    return bf::fiber{std::allocator_arg, bf::fixedsize_stack{16 * 1024}, std::forward<F>(function)};
}

template <class F>
std::vector<bf::fiber> spawn_each(std::size_t count, F function) {
    std::vector<bf::fiber> result;
    result.reserve(count);
    for (std::size_t i = 0; i < count; ++i)
        result.push_back(spawn_small([=] { function(i); }));
    return result;
}

void join_each(std::vector<bf::fiber>& fibers) {
    for (bf::fiber& each : fibers)
        each.join();
}

json yield_among(std::size_t fibers) {
    bool done = false;
    auto others = spawn_each(fibers - 1, [&](std::size_t) {
        while (!done)
            boost::this_fiber::yield();
    });
    const std::size_t rounds = million / fibers;
    const double each = bench::nanoseconds_each(rounds * fibers, [&] {
        for (std::size_t i = 0; i < rounds; ++i)
            boost::this_fiber::yield();
    });
    done = true;
    join_each(others);
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
                     bf::fiber{[] {}}.join();
             })}};
}

json spawn_million() {
    const bench::stopwatch time;
    auto fibers = spawn_each(million, [](std::size_t) {});
    join_each(fibers);
    return {{"ns_per_op", time.nanoseconds() / million}};
}

std::uint64_t skynet_node(std::uint64_t first, std::uint64_t size) {
    if (size == 1)
        return first;
    std::array<std::uint64_t, 10> sums;
    std::array<bf::fiber, 10> children;
    for (std::size_t i = 0; i < 10; ++i)
        children[i] =
            spawn_small([&, i] { sums[i] = skynet_node(first + i * (size / 10), size / 10); });
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < 10; ++i) {
        children[i].join();
        total += sums[i];
    }
    return total;
}

json skynet() {
    const bench::stopwatch time;
    const std::uint64_t sum = skynet_node(0, million);
    return {{"ms", time.milliseconds()}, {"sum", sum}};
}

json park_million() {
    bf::mutex mutex;
    bf::condition_variable opened;
    bool open = false;
    std::size_t parked = 0;
    bench::park_figures figures;
    auto fibers = spawn_each(bench::park_figures::fibers, [&](std::size_t) {
        std::unique_lock lock{mutex};
        ++parked;
        opened.wait(lock, [&] { return open; });
    });
    while (parked < fibers.size())
        boost::this_fiber::yield();
    figures.all_parked();
    {
        const std::lock_guard lock{mutex};
        open = true;
    }
    opened.notify_all();
    join_each(fibers);
    return figures.all_ended();
}

json sleep_million() {
    bench::sleep_plan plan;
    auto fibers = spawn_each(bench::sleep_plan::sleepers, [&](std::size_t i) {
        boost::this_fiber::sleep_until(plan.wake_time(i));
        plan.woke(i);
    });
    join_each(fibers);
    return plan.figures();
}

template <class Mutex>
json lock_and_unlock() {
    Mutex mutex;
    constexpr int count = 1'000'000;
    return {{"ns_per_op", bench::nanoseconds_each(count, [&] {
                 for (int i = 0; i < count; ++i) {
                     mutex.lock();
                     mutex.unlock();
                 }
             })}};
}

json mutex() {
    return lock_and_unlock<bf::mutex>();
}
json recursive_mutex() {
    return lock_and_unlock<bf::recursive_mutex>();
}

json condition_variable() {
    bf::mutex mutex;
    bf::condition_variable changed;
    enum { ping, pong, over } turn = ping;
    bf::fiber partner{[&] {
        std::unique_lock lock{mutex};
        for (;;) {
            changed.wait(lock, [&] { return turn != ping; });
            if (turn == over)
                return;
            turn = ping;
            changed.notify_one();
        }
    }};
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

json future() {
    bf::unbuffered_channel<bf::promise<int>> asked;
    bf::fiber partner{[&] {
        for (bf::promise<int>& promise : asked)
            promise.set_value(1);
    }};
    constexpr int count = 100'000;
    const double each = bench::nanoseconds_each(count, [&] {
        for (int i = 0; i < count; ++i) {
            bf::promise<int> promise;
            bf::future<int> answer = promise.get_future();
            asked.push(std::move(promise));
            answer.get();
        }
    });
    asked.close();
    partner.join();
    return {{"ns_per_op", each}};
}

json channel_ping_pong() {
    bf::unbuffered_channel<int> ping, pong;
    bf::fiber partner{[&] {
        for (const int value : ping)
            pong.push(value);
    }};
    constexpr int count = 100'000;
    const double each = bench::nanoseconds_each(count, [&] {
        for (int i = 0; i < count; ++i) {
            ping.push(i);
            pong.value_pop();
        }
    });
    ping.close();
    partner.join();
    return {{"ns_per_op", each}};
}

json channel_stream() {
    bf::buffered_channel<std::size_t> values{128};
    return {{"ns_per_op", bench::nanoseconds_each(million, [&] {
                 bf::fiber sender{[&] {
                     for (std::size_t i = 0; i < million; ++i)
                         values.push(i);
                 }};
                 std::size_t sum = 0;
                 for (std::size_t i = 0; i < million; ++i)
                     sum += values.value_pop();
                 sender.join();
             })}};
}

} // namespace

int main(int argc, char** argv) {
    return bench::micro_main(argc, argv,
                             {{"yield_2", yield_2},
                              {"yield_1000", yield_1000},
                              {"spawn_join", spawn_join},
                              {"spawn_million", spawn_million},
                              {"skynet", skynet},
                              {"park_million", park_million},
                              {"sleep_million", sleep_million},
                              {"mutex", mutex},
                              {"condition_variable", condition_variable},
                              {"recursive_mutex", recursive_mutex},
                              {"future", future},
                              {"channel_ping_pong", channel_ping_pong},
                              {"channel_stream", channel_stream}});
}
