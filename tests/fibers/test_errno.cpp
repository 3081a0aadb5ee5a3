#include <fibers/runtime.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/everywhere.hpp>

#include <sys/time.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

/// A look at errno that the compiler cannot take from before a suspension.
[[gnu::noinline]] int& fresh_errno() {
    asm volatile("");
    return errno;
}

class Errno : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, Errno, test::worker_counts, testing::PrintToStringParamName());

TEST_P(Errno, IsTheFibersOwn) {
    run([] {
        std::vector<fibers::fiber<void>> all;
        for (int i = 1; i <= 20; ++i)
            all.push_back(fibers::spawn([i] {
                fresh_errno() = i;
                for (int round = 0; round < 10; ++round) {
                    fibers::this_fiber::yield();
                    EXPECT_EQ(fresh_errno(), i);
                }
                fibers::this_fiber::sleep_for(1ms);
                EXPECT_EQ(fresh_errno(), i);
            }));
        fresh_errno() = 99;
        for (auto& f : all)
            f.join();
        EXPECT_EQ(fresh_errno(), 99);
    });
}

TEST_P(Errno, SurvivesTheStartOfOtherFibers) {
    run([] {
        std::vector<fibers::fiber<void>> all;
        for (int i = 0; i < 100; ++i) // each needs a stack, and the first of them a new region
            all.push_back(fibers::spawn([] { fibers::this_fiber::sleep_for(1ms); }));
        fresh_errno() = ERANGE;
        fibers::this_fiber::yield();
        EXPECT_EQ(fresh_errno(), ERANGE);
        for (auto& f : all)
            f.join();
        EXPECT_EQ(fresh_errno(), ERANGE);
    });
}

TEST_P(Errno, SurvivesSignalsThatComeDuringASleep) {
    struct sigaction ignore_it {};
    ignore_it.sa_handler = [](int) {};
    struct sigaction before {};
    ASSERT_EQ(::sigaction(SIGALRM, &ignore_it, &before), 0);
    const itimerval every_millisecond{{0, 1'000}, {0, 1'000}};
    ASSERT_EQ(::setitimer(ITIMER_REAL, &every_millisecond, nullptr), 0);
    run([] {
        const auto start = std::chrono::steady_clock::now();
        fresh_errno() = ERANGE;
        fibers::this_fiber::sleep_for(20ms);
        EXPECT_EQ(fresh_errno(), ERANGE);
        EXPECT_GE(std::chrono::steady_clock::now() - start, 20ms);
    });
    const itimerval off{};
    ::setitimer(ITIMER_REAL, &off, nullptr);
    ::sigaction(SIGALRM, &before, nullptr);
}

} // namespace
