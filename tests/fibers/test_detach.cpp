#include <fibers/runtime.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class Detach : public test::with_workers {
  protected:
    // A child that is a copy of a process with several threads would be no fair test.
    Detach() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};
INSTANTIATE_TEST_SUITE_P(Workers, Detach, test::worker_counts, testing::PrintToStringParamName());

using DetachDeathTest = Detach;
INSTANTIATE_TEST_SUITE_P(Workers, DetachDeathTest, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(Detach, LetsTheFiberGoOnAlone) {
    run([] {
        std::atomic<bool> ended = false;
        auto f = fibers::spawn([&] {
            fibers::this_fiber::sleep_for(2ms);
            ended = true;
        });
        f.detach();
        EXPECT_FALSE(f.joinable());
        EXPECT_TRUE(test::eventually([&] { return ended.load(); }));
    });
}

TEST_P(Detach, OfNoFiberFails) {
    run([] {
        fibers::fiber<void> none;
        EXPECT_EQ(test::error_of([&] { none.detach(); }), std::errc::invalid_argument);
    });
}

TEST_P(Detach, DestroysCallableAndValueAtTheEnd) {
    run([] {
        auto held = std::make_shared<int>(0);
        fibers::spawn([held] { return held; }).detach();
        EXPECT_TRUE(test::eventually([&] { return held.use_count() == 1; }));
    });
}

TEST_P(Detach, OfAnEndedFiberFreesIt) {
    run([] {
        auto held = std::make_shared<int>(0);
        auto f = fibers::spawn([held] { return held; });
        ASSERT_TRUE(test::eventually([&] { return held.use_count() == 2; }));
        fibers::this_fiber::sleep_for(5ms);
        f.detach();
        EXPECT_TRUE(test::eventually([&] { return held.use_count() == 1; }));
    });
}

TEST_P(Detach, TakesTheCancellationOfAStopForNoError) {
    run([] { fibers::spawn([] { fibers::this_fiber::sleep_for(1h); }).detach(); });
}

TEST_P(Detach, LetsTheReturnedObjectWaitInItsDestructor) {
    struct patient {
        fibers::mutex& m;
        fibers::condition_variable& cv;
        std::atomic<int>& destroyed;
        bool alive = true;

        patient(fibers::mutex& mutex, fibers::condition_variable& condition,
                std::atomic<int>& count)
            : m{mutex}, cv{condition}, destroyed{count} {}
        patient(patient&& other) noexcept
            : m{other.m}
            , cv{other.cv}
            , destroyed{other.destroyed}
            , alive{std::exchange(other.alive, false)} {}
        ~patient() {
            if (!alive)
                return;
            std::unique_lock lock{m};
            cv.wait_for(lock, 20ms);
            ++destroyed;
        }
    };
    run([] {
        fibers::mutex m;
        fibers::condition_variable cv;
        std::atomic<int> destroyed = 0;
        for (int i = 0; i < 10; ++i)
            fibers::spawn([&] { return patient{m, cv, destroyed}; }).detach();
        EXPECT_TRUE(test::eventually([&] {
            cv.notify_all();
            return destroyed == 10;
        }));
        // Whatever deadlines they have left behind come up while others have their place.
        std::vector<fibers::fiber<void>> others;
        for (int i = 0; i < 50; ++i)
            others.push_back(fibers::spawn([] { fibers::this_fiber::sleep_for(30ms); }));
        for (auto& f : others)
            f.join();
    });
}

TEST_P(DetachDeathTest, TerminatesWhereNobodyCanReceiveTheException) {
    EXPECT_DEATH(run([] {
                     fibers::spawn([] { throw std::runtime_error("nobody's"); }).detach();
                     fibers::this_fiber::sleep_for(test::ceiling);
                 }),
                 "nobody's");
}

TEST_P(DetachDeathTest, TerminatesWhereTheFiberHasThrownBefore) {
    EXPECT_DEATH(run([] {
                     auto f = fibers::spawn([] { throw std::runtime_error("earlier"); });
                     fibers::this_fiber::sleep_for(10ms);
                     f.detach();
                     fibers::this_fiber::sleep_for(test::ceiling);
                 }),
                 "earlier");
}

TEST_P(DetachDeathTest, TerminatesAtACancellationWithoutAStop) {
    EXPECT_DEATH(run([] {
                     fibers::spawn([] {
                         throw std::system_error{
                             std::make_error_code(std::errc::operation_canceled), "made up"};
                     }).detach();
                     fibers::this_fiber::sleep_for(test::ceiling);
                 }),
                 "made up");
}

TEST(DetachFromARuntimeThatNeverRan, DestroysTheCallable) {
    auto held = std::make_shared<int>(0);
    {
        fibers::runtime runtime;
        runtime.spawn([held] {}).detach();
        EXPECT_EQ(held.use_count(), 2);
    }
    EXPECT_EQ(held.use_count(), 1);
}

} // namespace
