#include <fibers/runtime.hpp>
#include <fibers/std/future.hpp>
#include <fibers/std/mutex.hpp>
#include <fibers/this_thread.hpp>

#include <tests/fibers/liveness.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <ostream>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

/// How a loop passes the time until something that another fiber does. None of these suspends.
struct pastime {
    const char* name;
    std::function<void()> once;
};

void PrintTo(const pastime& p, std::ostream* out) {
    *out << p.name;
}

void fail_to_lock() {
    static fibers::mutex taken;
    static const std::unique_lock holder{taken};
    ASSERT_FALSE(taken.try_lock());
}

class BusyWaiting : public testing::TestWithParam<pastime> {};
INSTANTIATE_TEST_SUITE_P(
    By, BusyWaiting,
    testing::Values(pastime{"Nothing", [] {}},
                    pastime{"YieldOfTheOSThread", [] { std::this_thread::yield(); }},
                    pastime{"SleepForNoTime", [] { fibers::this_thread::sleep_for(0s); }},
                    pastime{"TryLock", fail_to_lock}),
    testing::PrintToStringParamName());

TEST_P(BusyWaiting, StarvesTheOtherFibersOfItsWorker) {
    fibers::run([] {
        std::atomic<bool> done = false;
        auto other = fibers::spawn([&] { done = true; });
        for (const auto end = std::chrono::steady_clock::now() + 20ms;
             std::chrono::steady_clock::now() < end;)
            GetParam().once();
        EXPECT_FALSE(done);
        other.join();
    });
}

TEST_P(BusyWaiting, StarvesNobodyWhereItYields) {
    fibers::run([] {
        std::atomic<bool> done = false;
        auto other = fibers::spawn([&] { done = true; });
        EXPECT_TRUE(test::eventually_while_busy([&] {
            GetParam().once();
            fibers::this_thread::yield();
            return done.load();
        }));
        other.join();
    });
}

TEST(BusyWaitingForAFuture, YieldsOfItself) {
    fibers::run([] {
        const auto done = fibers::async([] {});
        EXPECT_TRUE(test::eventually_while_busy(
            [&] { return done.wait_for(0s) == fibers::future_status::ready; }));
    });
}

} // namespace
