#include <fibers/runtime.hpp>
#include <fibers/sync/channel.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/process.hpp>

#include <sched.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class Runtime : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, Runtime, test::worker_counts, testing::PrintToStringParamName());

TEST_P(Runtime, RunReturnsWhatTheMainFiberGives) {
    EXPECT_EQ(run([] { return std::string{"value"}; }), "value");
    EXPECT_EQ(*run([] { return std::make_unique<int>(3); }), 3);
    int target = 0;
    EXPECT_EQ(&run([&]() -> int& { return target; }), &target);
    EXPECT_EQ(test::message_of([&] { run([] { throw std::runtime_error("thrown"); }); }), "thrown");
}

TEST_P(Runtime, RunsOnTheCallersThread) {
    const auto caller = std::this_thread::get_id();
    run([&] { EXPECT_EQ(std::this_thread::get_id(), caller); });
}

TEST_P(Runtime, HasAsManyThreadsAsWorkers) {
    const std::size_t before = test::threads_at_rest();
    run([&] { EXPECT_EQ(test::threads(), before + GetParam() - 1); });
    EXPECT_TRUE(test::eventually([&] { return test::threads() == before; }));
}

TEST_P(Runtime, SaysHowManyWorkersItHas) {
    fibers::runtime runtime{{.workers = GetParam()}};
    EXPECT_EQ(runtime.workers(), GetParam());
}

TEST_P(Runtime, RunsOnce) {
    fibers::runtime runtime{{.workers = GetParam()}};
    runtime.run([] {});
    EXPECT_EQ(test::error_of([&] { runtime.run([] { FAIL() << "again"; }); }),
              std::errc::operation_not_permitted);
}

TEST_P(Runtime, DoesNotRunInsideAFiber) {
    run([&] {
        const auto nested = [] { fibers::run([] { FAIL() << "nested"; }); };
        EXPECT_EQ(test::error_of(nested), std::errc::operation_not_permitted);
        fibers::spawn([&] {
            EXPECT_EQ(test::error_of(nested), std::errc::operation_not_permitted);
        }).join();
    });
}

TEST_P(Runtime, RunsFibersThatWereSpawnedBefore) {
    fibers::runtime runtime{{.workers = GetParam()}};
    std::vector<fibers::fiber<int>> all;
    for (int i = 0; i < 1'000; ++i)
        all.push_back(runtime.spawn([i] { return i; }));
    runtime.run([&] {
        for (int i = 0; i < 1'000; ++i)
            EXPECT_EQ(all[static_cast<std::size_t>(i)].join(), i);
    });
}

TEST_P(Runtime, RunsFibersThatPlainThreadsSpawn) {
    fibers::runtime runtime{{.workers = GetParam()}};
    std::atomic<int> ended = 0;
    runtime.run([&] {
        std::vector<std::thread> threads;
        for (int t = 0; t < 3; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 200; ++i)
                    runtime.spawn({.name = "guest"}, [&] { ++ended; }).detach();
            });
        EXPECT_TRUE(test::eventually([&] { return ended == 600; }));
        for (auto& t : threads)
            t.join();
    });
}

TEST_P(Runtime, RefusesFibersAfterItsEnd) {
    fibers::runtime runtime{{.workers = GetParam()}};
    runtime.run([] {});
    EXPECT_EQ(test::error_of([&] { runtime.spawn([] {}).detach(); }),
              std::errc::operation_not_permitted);
}

TEST_P(Runtime, StopsAndAwaitsTheFibersThatAreLeft) {
    std::atomic<int> stopped = 0;
    run([&] {
        for (int i = 0; i < 20; ++i)
            fibers::spawn([&] {
                if (test::error_of([] { fibers::this_fiber::sleep_for(1h); }) ==
                    std::errc::operation_canceled)
                    ++stopped;
                for (int y = 0; y < 20; ++y)
                    fibers::this_fiber::yield(); // takes its time
                ++stopped;
            }).detach();
        fibers::this_fiber::sleep_for(2ms);
        for (int i = 0; i < 20; ++i) // these have not run when main ends
            fibers::spawn([&] {
                EXPECT_EQ(test::error_of([] { fibers::this_fiber::sleep_for(1h); }),
                          std::errc::operation_canceled);
                ++stopped;
            }).detach();
    });
    EXPECT_EQ(stopped, 60);
}

TEST_P(Runtime, StopsFibersThatAreSpawnedWhileItEnds) {
    std::atomic<int> stopped = 0;
    run([&] {
        fibers::spawn([&] {
            test::error_of([] { fibers::this_fiber::sleep_for(1h); });
            for (int i = 0; i < 5; ++i)
                fibers::spawn([&] {
                    EXPECT_EQ(test::error_of([] { fibers::this_fiber::sleep_for(1h); }),
                              std::errc::operation_canceled);
                    ++stopped;
                }).detach();
        }).detach();
        fibers::this_fiber::sleep_for(2ms);
    });
    EXPECT_EQ(stopped, 5);
}

TEST_P(Runtime, AwaitsFibersThatTouchNothingWhenTheyAreStoppedAtTheEnd) {
    // Large callables, so that the memory of an ended fiber is not kept for the next.
    struct large {
        std::array<char, 2'000> room{};
        void operator()() const {}
    };
    for (int round = 0; round < 20; ++round)
        run([&] {
            for (int i = 0; i < 50; ++i)
                fibers::spawn(large{}).detach();
            if (round % 2 == 0)
                fibers::this_fiber::sleep_for(1ms); // the other workers have run some, and idle
        });
}

TEST_P(Runtime, AwaitsTheFibersThatAreLeftWhenMainThrows) {
    std::atomic<bool> ended = false;
    EXPECT_EQ(test::message_of([&] {
                  run([&] {
                      fibers::spawn([&] {
                          test::error_of([] { fibers::this_fiber::sleep_for(1h); });
                          ended = true;
                      }).detach();
                      fibers::this_fiber::yield();
                      throw std::runtime_error("main's");
                  });
              }),
              "main's");
    EXPECT_TRUE(ended);
}

TEST_P(Runtime, FailsFibersOfARunThatNeverCame) {
    fibers::fiber<int> f;
    {
        fibers::runtime runtime{{.workers = GetParam()}};
        f = runtime.spawn([] { return 1; });
    }
    EXPECT_EQ(test::error_of([&] { f.join(); }), std::errc::operation_canceled);
}

TEST_P(Runtime, NamesItsThreads) {
    const std::size_t before = test::threads_at_rest();
    fibers::runtime runtime{{.workers = GetParam(), .name = "a-long-name-for-threads"}};
    std::string own;
    runtime.run([&] {
        EXPECT_TRUE(test::eventually([&] {
            const std::vector<std::string> names = test::thread_names();
            std::size_t found = 0;
            for (unsigned i = 1; i < GetParam(); ++i)
                found += static_cast<std::size_t>(
                    std::ranges::count(names, "a-long-name-f/" + std::to_string(i)));
            return found == GetParam() - 1;
        }));
        const std::vector<std::string> names = test::thread_names();
        EXPECT_EQ(names.size(), before + GetParam() - 1);
        EXPECT_EQ(std::ranges::count(names, "a-long-name-f/0"), 0); // the caller's keeps its own
    });
}

TEST_P(Runtime, KeepsItsWorkersOnTheirProcessors) {
    cpu_set_t allowed;
    ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
    int last = 0;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(static_cast<std::size_t>(cpu), &allowed))
            last = cpu;
    fibers::runtime{{.workers = GetParam(), .cpus = {last}}}.run([&] {
        std::vector<fibers::fiber<void>> all;
        for (int i = 0; i < 20; ++i)
            all.push_back(fibers::spawn([&] {
                cpu_set_t mine;
                ASSERT_EQ(::sched_getaffinity(0, sizeof mine, &mine), 0);
                EXPECT_EQ(CPU_COUNT(&mine), 1);
                EXPECT_TRUE(CPU_ISSET(static_cast<std::size_t>(last), &mine));
            }));
        for (auto& f : all)
            f.join();
    });
    cpu_set_t after;
    ASSERT_EQ(::sched_getaffinity(0, sizeof after, &after), 0);
    EXPECT_TRUE(CPU_EQUAL(&after, &allowed));
}

TEST_P(Runtime, PollsBusilyWhereItIsAskedTo) {
    fibers::runtime{{.workers = GetParam(), .busy_poll = 200us}}.run([] {
        for (int i = 0; i < 20; ++i)
            fibers::this_fiber::sleep_for(100us);
        auto f = fibers::spawn([] {
            fibers::this_fiber::sleep_for(1ms);
            return 1;
        });
        EXPECT_EQ(f.join(), 1);
    });
}

TEST(RuntimeOfTwoWorkers, ThatHaveTalkedToEachOtherSleepAfterwards) {
    fibers::runtime{{.workers = 2}}.run([] {
        fibers::channel<int> there{4}, back{4};
        std::atomic<bool> begun = false;
        auto other = fibers::spawn([&] {
            begun = true;
            for (const int value : there)
                back.send(value);
        });
        while (!begun) { // without a yield: so it is the other worker that takes it
        }
        for (int i = 0; i < 2'000; ++i) {
            there.send(i);
            EXPECT_EQ(back.receive(), i);
        }
        const std::clock_t before = std::clock();
        fibers::this_fiber::sleep_for(300ms);
        EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 10);
        there.close();
        other.join();
    });
}

TEST_P(Runtime, SaysWhereTheProcessIsOutOfDescriptors) {
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const rlimit none_left{0, before.rlim_max};
    fibers::runtime runtime{{.workers = GetParam()}};
    auto f = runtime.spawn([] {});
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none_left), 0);
    const std::error_code error = test::error_of([&] { runtime.run([] { FAIL() << "ran"; }); });
    ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
    EXPECT_EQ(error, std::errc::too_many_files_open);
    f.detach();
}

TEST(RuntimeOptions, ZeroWorkersAreOneForEachProcessor) {
    cpu_set_t allowed;
    ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
    EXPECT_EQ(fibers::runtime{{.workers = 0}}.workers(),
              static_cast<unsigned>(CPU_COUNT(&allowed)));
}

TEST(RuntimeOptions, ThatMakeNoSenseAreRefusedByName) {
    const auto refused = [](const fibers::runtime_options& options, const std::string& name) {
        const auto attempt = [&] { fibers::runtime runtime{options}; };
        EXPECT_EQ(test::error_of(attempt), std::errc::invalid_argument);
        const std::string message = test::message_of(attempt);
        EXPECT_NE(message.find(name), message.npos) << message;
    };
    refused({.workers = 5'000}, "5000 workers");
    refused({.stack_size = 1'000}, "stack_size");
    refused({.stack_size = std::size_t{1} << 40}, "stack_size");
    refused({.cpus = {-1}}, "cpus");
    refused({.cpus = {0, 1'000'000}}, "cpus: no processor 1000000");
    refused({.busy_poll = -1us}, "busy_poll");
}

} // namespace
