#include <fibers/blocking.hpp>
#include <fibers/detail/blocking_pool.hpp>
#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/process.hpp>

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

/// The kernel may show a thread that has been joined for a moment longer, so tests give names.
long threads_called(std::string_view prefix) {
    return std::ranges::count_if(test::thread_names(),
                                 [&](const std::string& name) { return name.starts_with(prefix); });
}

TEST(BlockingThreads, AreOtherThreadsThanTheWorkersAndEndWithTheRuntime) {
    fibers::runtime{{.name = "test"}}.run([] {
        EXPECT_NE(fibers::blocking([] { return std::this_thread::get_id(); }),
                  std::this_thread::get_id());
        EXPECT_EQ(fibers::blocking([] { return fibers::this_fiber::get_id(); }),
                  fibers::fiber_id{});
        EXPECT_EQ(threads_called("test blocking/0"), 1);
    });
    EXPECT_TRUE(test::eventually([] { return threads_called("test blocking") == 0; }));
}

TEST(BlockingThreads, AreAsManyAsAllowedAtMost) {
    static constexpr int most = 3;
    fibers::runtime{{.workers = 2, .blocking_threads = most}}.run([] {
        std::atomic<int> inside = 0;
        std::vector<fibers::fiber<void>> callers;
        for (int i = 0; i < 40; ++i)
            callers.push_back(fibers::spawn([&] {
                fibers::blocking([&] {
                    EXPECT_LE(++inside, most);
                    std::this_thread::sleep_for(100us);
                    --inside;
                });
            }));
        for (auto& c : callers)
            c.join();
    });
}

TEST(BlockingThreads, OneIsEnoughForCallsOneByOne) {
    fibers::runtime{{.name = "one"}}.run([] {
        for (int i = 0; i < 200; ++i)
            fibers::blocking([] {});
        EXPECT_EQ(threads_called("one blocking"), 1);
    });
}

TEST(BlockingThreads, LeaveSignalsToOthersButNotFaults) {
    fibers::run([] {
        fibers::blocking([] {
            sigset_t blocked;
            ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &blocked), 0);
            EXPECT_TRUE(::sigismember(&blocked, SIGTERM));
            EXPECT_FALSE(::sigismember(&blocked, SIGSEGV));
        });
        sigset_t blocked;
        ASSERT_EQ(::pthread_sigmask(SIG_SETMASK, nullptr, &blocked), 0);
        EXPECT_FALSE(::sigismember(&blocked, SIGTERM));
    });
}

TEST(BlockingThreads, MayRunWhereTheWorkersMayNot) {
    cpu_set_t all;
    ASSERT_EQ(::sched_getaffinity(0, sizeof all, &all), 0);
    fibers::runtime{{.cpus = {::sched_getcpu()}}}.run([&] {
        fibers::blocking([&] {
            cpu_set_t here;
            ASSERT_EQ(::sched_getaffinity(0, sizeof here, &here), 0);
            EXPECT_TRUE(CPU_EQUAL(&here, &all));
        });
    });
}

TEST(BlockingThreads, ARuntimeMustBeAllowedOne) {
    EXPECT_EQ(test::error_of([] { fibers::runtime{{.blocking_threads = 0}}; }),
              std::errc::invalid_argument);
}

TEST(BlockingThreads, ThoseWithoutWorkEndAndOthersComeWhenNeeded) {
    fibers::run([] {
        fibers::detail::blocking_pool pool{"few", 4, 5ms};
        const auto occupy_all = [&] {
            std::atomic<int> inside = 0;
            std::vector<fibers::fiber<void>> callers;
            auto body = [&] {
                ++inside;
                EXPECT_TRUE(test::eventually([&] { return inside == 4; }));
            };
            for (int i = 0; i < 4; ++i)
                callers.push_back(fibers::spawn([&] {
                    pool.call([](void* call) { (*static_cast<decltype(body)*>(call))(); }, &body);
                }));
            for (auto& c : callers)
                c.join();
        };
        for (int round = 0; round < 3; ++round) {
            occupy_all();
            EXPECT_TRUE(test::eventually([&] { return pool.threads_at_rest() == 0U; }));
            EXPECT_TRUE(test::eventually([] { return threads_called("few blocking") == 0; }));
        }
        pool.end();
    });
}

} // namespace
