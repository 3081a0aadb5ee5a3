// std::thread and std's sync types: what the fibers stand in for.

#include <benchmarks/peers/micro/getaddrinfo.hpp>
#include <benchmarks/support/micro_main.hpp>
#include <benchmarks/support/stopwatch.hpp>

#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

namespace {

using nlohmann::json;

template <class Lock>
json lock_and_unlock() {
    typename Lock::mutex_type mutex;
    constexpr int count = 1'000'000;
    return {{"ns_per_op", bench::nanoseconds_each(count, [&] {
                 for (int i = 0; i < count; ++i)
                     const Lock lock{mutex};
             })}};
}

json mutex() {
    return lock_and_unlock<std::lock_guard<std::mutex>>();
}
json recursive_mutex() {
    return lock_and_unlock<std::lock_guard<std::recursive_mutex>>();
}
json shared_mutex() {
    return lock_and_unlock<std::shared_lock<std::shared_mutex>>();
}

json semaphore() {
    std::binary_semaphore free{1};
    constexpr int count = 1'000'000;
    return {{"ns_per_op", bench::nanoseconds_each(count, [&] {
                 for (int i = 0; i < count; ++i) {
                     free.acquire();
                     free.release();
                 }
             })}};
}

json semaphore_ping_pong() {
    std::binary_semaphore ping{0}, pong{0};
    bool over = false;
    std::jthread partner{[&] {
        for (;;) {
            ping.acquire();
            if (over)
                return;
            pong.release();
        }
    }};
    constexpr int count = 10'000;
    const double each = bench::nanoseconds_each(count, [&] {
        for (int i = 0; i < count; ++i) {
            ping.release();
            pong.acquire();
        }
    });
    over = true;
    ping.release();
    return {{"ns_per_op", each}};
}

json mutex_contended() {
    constexpr int lockers = 1000, turns = 200;
    std::mutex mutex;
    long total = 0;
    const bench::stopwatch time;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < lockers; ++i)
            threads.emplace_back([&] {
                for (int turn = 0; turn < turns; ++turn) {
                    const std::lock_guard lock{mutex};
                    ++total;
                    std::this_thread::yield();
                }
            });
    }
    return {{"ns_per_op", time.nanoseconds() / (lockers * turns)}, {"sum", total}};
}

} // namespace

int main(int argc, char** argv) {
    return bench::micro_main(argc, argv,
                             {{"mutex", mutex},
                              {"recursive_mutex", recursive_mutex},
                              {"shared_mutex", shared_mutex},
                              {"semaphore", semaphore},
                              {"semaphore_ping_pong", semaphore_ping_pong},
                              {"mutex_contended", mutex_contended},
                              {"lookup", bench::threads::lookup},
                              {"lookup_known", bench::threads::lookup_known}});
}
