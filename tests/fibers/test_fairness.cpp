#include <fibers/readiness.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/process.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::direction;

/// How a fiber can be busy without ever waiting.
struct occupation {
    const char* name;
    std::function<void(const std::function<bool()>& over)> work;
};

void yield_constantly(const std::function<bool()>& over) {
    while (!over())
        fibers::this_fiber::yield();
}

/// As a reader does whose peer is always faster.
void find_a_descriptor_ready(const std::function<bool()>& over) {
    const test::descriptor always{::eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC)};
    fibers::readiness ready{always.handle()};
    while (!over()) {
        ready.still_ready(direction::read);
        ASSERT_EQ(ready.wait(direction::read), std::error_code{});
    }
}

void spawn_and_join(const std::function<bool()>& over) {
    while (!over())
        fibers::spawn([] {}).join();
}

void wake_each_other(const std::function<bool()>& over) {
    fibers::mutex m;
    fibers::condition_variable cv;
    bool mine = true;
    bool ended = false;
    auto other = fibers::spawn([&] {
        std::unique_lock lock{m};
        while (!ended) {
            cv.wait(lock, [&] { return !mine; });
            mine = true;
            cv.notify_one();
        }
    });
    std::unique_lock lock{m};
    while (!ended) {
        cv.wait(lock, [&] { return mine; });
        ended = over();
        mine = false;
        cv.notify_one();
    }
    lock.unlock();
    other.join();
}

void PrintTo(const occupation& o, std::ostream* out) {
    *out << o.name;
}

/// On a worker whose main fiber is busy until another fiber has got what it waits for.
class BusyWorker : public testing::TestWithParam<occupation> {
  protected:
    static void be_busy_until(const std::function<bool()>& holds) {
        const auto end = std::chrono::steady_clock::now() + test::ceiling;
        GetParam().work([&] { return holds() || std::chrono::steady_clock::now() > end; });
        EXPECT_TRUE(holds());
    }
};
INSTANTIATE_TEST_SUITE_P(With, BusyWorker,
                         testing::Values(occupation{"Yield", yield_constantly},
                                         occupation{"ReadyDescriptor", find_a_descriptor_ready},
                                         occupation{"SpawnAndJoin", spawn_and_join},
                                         occupation{"WakeEachOther", wake_each_other}),
                         testing::PrintToStringParamName());

TEST_P(BusyWorker, DoesNotStarveTimers) {
    fibers::run([] {
        bool awake = false;
        auto sleeper = fibers::spawn([&] {
            fibers::this_fiber::sleep_for(5ms);
            awake = true;
        });
        be_busy_until([&] { return awake; });
    });
}

TEST_P(BusyWorker, DoesNotStarveDescriptors) {
    fibers::run([] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        fibers::readiness readable{pipe.reader.handle()};
        bool read = false;
        auto reader = fibers::spawn([&] {
            while (!pipe.reader.take())
                ASSERT_EQ(readable.wait(direction::read), std::error_code{});
            read = true;
        });
        std::thread writer{[&] {
            std::this_thread::sleep_for(5ms);
            pipe.writer.put();
        }};
        be_busy_until([&] { return read; });
        writer.join();
    });
}

TEST_P(BusyWorker, DoesNotStarveWakeUpsFromOtherThreads) {
    fibers::run([] {
        fibers::mutex m;
        fibers::condition_variable cv;
        bool go = false;
        std::atomic<bool> woken = false;
        auto waiter = fibers::spawn([&] {
            std::unique_lock lock{m};
            cv.wait(lock, [&] { return go; });
            woken = true;
        });
        std::thread waker{[&] {
            std::this_thread::sleep_for(5ms);
            const std::lock_guard lock{m};
            go = true;
            cv.notify_one();
        }};
        be_busy_until([&] { return woken.load(); });
        waker.join();
    });
}

TEST_P(BusyWorker, DoesNotStarveAStop) {
    fibers::run([] {
        bool stopped = false;
        auto sleeper = fibers::spawn([&] {
            stopped = test::error_of([] { fibers::this_fiber::sleep_for(1h); }) ==
                      std::errc::operation_canceled;
        });
        std::thread stopper{[&] {
            std::this_thread::sleep_for(5ms);
            sleeper.request_stop();
        }};
        be_busy_until([&] { return stopped; });
        stopper.join();
    });
}

TEST_P(BusyWorker, DoesNotStarveNewFibers) {
    fibers::runtime runtime;
    runtime.run([&] {
        bool from_here = false;
        std::atomic<bool> from_outside = false;
        fibers::spawn([&] { from_here = true; }).detach();
        std::thread spawner{[&] {
            std::this_thread::sleep_for(5ms);
            runtime.spawn([&] { from_outside = true; }).detach();
        }};
        be_busy_until([&] { return from_here && from_outside; });
        spawner.join();
    });
}

TEST_P(BusyWorker, IsNotAloneWithAnotherOfItsKind) {
    fibers::run([] {
        bool met = false;
        auto other = fibers::spawn([&] {
            GetParam().work([&] { return true; });
            met = true;
        });
        be_busy_until([&] { return met; });
    });
}

TEST(Fairness, YieldGivesEachItsTurn) {
    fibers::run([] {
        constexpr int rounds = 1'000;
        std::vector<int> turns(5);
        fibers::scope all;
        for (auto& mine : turns)
            all.spawn([&] {
                for (int i = 0; i < rounds; ++i) {
                    ++mine;
                    for (const int others : turns)
                        ASSERT_LE(std::abs(mine - others), 8 * 5); // they start one by one
                    fibers::this_fiber::yield();
                }
            });
        all.join();
    });
}

class IdleRuntime : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, IdleRuntime, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(IdleRuntime, UsesNoProcessorTime) {
    run([] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        fibers::readiness readable{pipe.reader.handle()};
        fibers::scope all;
        for (int i = 0; i < 100; ++i)
            all.spawn([&, i] {
                if (i % 2 == 0)
                    test::error_of([] { fibers::this_fiber::sleep_for(1h); });
                else
                    while (!readable.wait(direction::read)) {
                    }
            });
        fibers::this_fiber::sleep_for(100ms);
        const auto before = test::cpu_time();
        fibers::this_fiber::sleep_for(500ms);
        EXPECT_LT(test::cpu_time() - before, 10ms);
        all.request_stop();
        all.join();
    });
}

} // namespace
