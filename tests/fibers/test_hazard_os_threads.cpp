#include <fibers/runtime.hpp>
#include <fibers/std/thread.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/liveness.hpp>
#include <tests/fibers/process.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <csignal>
#include <cstdlib>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

// ---- what belongs to the OS thread

static_assert(!std::convertible_to<fibers::thread::native_handle_type, pthread_t>);
static_assert(!std::convertible_to<fibers::jthread::native_handle_type, pthread_t>);

TEST(OsThread, IsTheCallersAloneUnlessMoreWorkersAreAskedFor) {
    const auto caller = std::this_thread::get_id();
    fibers::run([&] {
        std::vector<fibers::thread> threads;
        for (int i = 0; i < 100; ++i)
            threads.emplace_back([&] {
                fibers::this_thread::sleep_for(1ms);
                EXPECT_EQ(std::this_thread::get_id(), caller);
            });
        for (fibers::thread& t : threads)
            t.join();
    });
}

TEST(OsThread, TellsNoFibersOfAWorkerApartButTheirIdsDo) {
    fibers::run([] {
        const auto worker = std::this_thread::get_id();
        const auto fiber = fibers::this_thread::get_id();
        fibers::thread{[&] {
            EXPECT_EQ(std::this_thread::get_id(), worker);
            EXPECT_NE(fibers::this_thread::get_id(), fiber);
        }}.join();
    });
}

TEST(OsThread, HasTheNameThatAFiberGivesIt) {
    std::array<char, 16> before{};
    ::pthread_getname_np(::pthread_self(), before.data(), before.size());
    fibers::run([] {
        fibers::thread{[] { ::pthread_setname_np(::pthread_self(), "a fiber's"); }}.join();
        std::array<char, 16> seen{};
        ::pthread_getname_np(::pthread_self(), seen.data(), seen.size());
        EXPECT_EQ(std::string{seen.data()}, "a fiber's");
    });
    ::pthread_setname_np(::pthread_self(), before.data());
}

TEST(OsThread, RunsWhereAFiberPinsIt) {
    cpu_set_t before;
    ASSERT_EQ(::sched_getaffinity(0, sizeof before, &before), 0);
    fibers::run([&] {
        int first = 0;
        while (!CPU_ISSET(static_cast<std::size_t>(first), &before))
            ++first;
        fibers::thread{[&] {
            cpu_set_t one;
            CPU_ZERO(&one);
            CPU_SET(static_cast<std::size_t>(first), &one);
            ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
        }}.join();
        cpu_set_t seen;
        ASSERT_EQ(::sched_getaffinity(0, sizeof seen, &seen), 0);
        EXPECT_EQ(CPU_COUNT(&seen), 1);
    });
    ::sched_setaffinity(0, sizeof before, &before);
}

// ---- ids

TEST(ThreadId, IsNotGivenAgainBeforeItsThreadIsJoined) {
    fibers::run([] {
        std::vector<fibers::thread> ended;
        std::set<fibers::thread::id> ids;
        for (int i = 0; i < 1'000; ++i) {
            ended.emplace_back([] {});
            ids.insert(ended.back().get_id());
            fibers::this_thread::yield();
        }
        EXPECT_EQ(ids.size(), ended.size());
        for (fibers::thread& t : ended)
            t.join();
    });
}

TEST(ThreadId, ComesAgainWhenItsThreadIsJoined) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers keep freed memory";
    fibers::run([] {
        std::set<fibers::thread::id> ids;
        for (int i = 0; i < 1'000; ++i) {
            fibers::thread t{[] {}};
            ids.insert(t.get_id());
            t.join();
        }
        EXPECT_LT(ids.size(), 1'000U);
    });
}

// ---- the end of the program

class EndDeathTest : public testing::Test {
  protected:
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(EndDeathTest, ExitInAFiberEndsTheProcess) {
    if (test::under_asan)
        GTEST_SKIP() << "LeakSanitizer does not look at the stack of the main fiber then";
    EXPECT_EXIT(fibers::run([] { fibers::thread{[] { std::exit(7); }}.join(); }),
                testing::ExitedWithCode(7), "");
}

/// Returns from main while a detached thread is at work that goes on whatever happens to it.
void leave_a_thread_behind(bool which_lets_a_stop_out) {
    fibers::run([=] {
        fibers::thread{[=] {
            for (;;)
                try {
                    fibers::this_thread::sleep_for(1h);
                } catch (const std::system_error&) {
                    if (which_lets_a_stop_out && fibers::this_fiber::stop_requested())
                        throw;
                }
        }}.detach();
        fibers::this_thread::sleep_for(1ms);
    });
    ::_exit(0);
}

TEST_F(EndDeathTest, WaitsForADetachedThreadWhichLetsItsStopOut) {
    EXPECT_EXIT(leave_a_thread_behind(true), testing::ExitedWithCode(0), "");
}

TEST_F(EndDeathTest, NeverComesWhereADetachedThreadSwallowsItsStop) {
    EXPECT_EXIT(
        {
            ::alarm(1);
            leave_a_thread_behind(false);
        },
        testing::KilledBySignal(SIGALRM), "");
}

} // namespace
