#include <benchmarks/weft/cases.hpp>

#include <benchmarks/support/stopwatch.hpp>

#include <fibers/fiber.hpp>
#include <fibers/sync/channel.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/locks.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/sync/promise.hpp>
#include <fibers/sync/recursive_mutex.hpp>
#include <fibers/sync/semaphore.hpp>
#include <fibers/sync/shared_mutex.hpp>

#include <utility>

namespace bench::weft {

namespace {

template <class Lock>
json lock_and_unlock() {
    typename Lock::mutex_type mutex;
    constexpr int count = 1'000'000;
    return {{"ns_per_op", nanoseconds_each(count, [&] {
                 for (int i = 0; i < count; ++i)
                     const Lock lock{mutex};
             })}};
}

} // namespace

json mutex() {
    return lock_and_unlock<fibers::lock_guard<fibers::mutex>>();
}
json recursive_mutex() {
    return lock_and_unlock<fibers::lock_guard<fibers::recursive_mutex>>();
}
json shared_mutex() {
    return lock_and_unlock<fibers::shared_lock<fibers::shared_mutex>>();
}

json semaphore() {
    fibers::binary_semaphore free{1};
    constexpr int count = 1'000'000;
    return {{"ns_per_op", nanoseconds_each(count, [&] {
                 for (int i = 0; i < count; ++i) {
                     free.acquire();
                     free.release();
                 }
             })}};
}

json condition_variable() {
    fibers::mutex mutex;
    fibers::condition_variable changed;
    enum { ping, pong, over } turn = ping;
    auto partner = fibers::spawn([&] {
        fibers::unique_lock lock{mutex};
        for (;;) {
            changed.wait(lock, [&] { return turn != ping; });
            if (turn == over)
                return;
            turn = ping;
            changed.notify_one();
        }
    });
    constexpr int count = 100'000;
    const double each = nanoseconds_each(count, [&] {
        fibers::unique_lock lock{mutex};
        for (int i = 0; i < count; ++i) {
            turn = pong;
            changed.notify_one();
            changed.wait(lock, [&] { return turn == ping; });
        }
    });
    {
        const fibers::lock_guard lock{mutex};
        turn = over;
    }
    changed.notify_one();
    partner.join();
    return {{"ns_per_op", each}};
}

json semaphore_ping_pong() {
    fibers::binary_semaphore ping{0}, pong{0};
    bool over = false;
    auto partner = fibers::spawn([&] {
        for (;;) {
            ping.acquire();
            if (over)
                return;
            pong.release();
        }
    });
    constexpr int count = 100'000;
    const double each = nanoseconds_each(count, [&] {
        for (int i = 0; i < count; ++i) {
            ping.release();
            pong.acquire();
        }
    });
    over = true;
    ping.release();
    partner.join();
    return {{"ns_per_op", each}};
}

json future() {
    fibers::channel<fibers::promise<int>> asked;
    auto partner = fibers::spawn([&] {
        for (fibers::promise<int> promise : asked)
            promise.set_value(1);
    });
    constexpr int count = 100'000;
    const double each = nanoseconds_each(count, [&] {
        for (int i = 0; i < count; ++i) {
            fibers::promise<int> promise;
            fibers::future<int> answer = promise.get_future();
            asked.send(std::move(promise));
            answer.get();
        }
    });
    asked.close();
    partner.join();
    return {{"ns_per_op", each}};
}

} // namespace bench::weft
