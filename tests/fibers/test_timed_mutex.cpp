#include <fibers/runtime.hpp>
#include <fibers/sync/timed_mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/clocks.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <limits>
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// In each case somebody holds the mutex first.
class TimedMutex : public test::everywhere {
  protected:
    fibers::timed_mutex held_;

    /// Calls `body` beside the holder.
    void run_beside_holder(std::function<void()> body) {
        run([&] {
            held_.lock();
            start(std::move(body)).join();
            held_.unlock();
        });
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, TimedMutex, test::every_place, test::name_of_place);

TEST_P(TimedMutex, TryLockForGivesUpWhenTheTimeIsUp) {
    run_beside_holder([&] {
        const auto start = steady_clock::now();
        EXPECT_FALSE(held_.try_lock_for(5ms));
        EXPECT_GE(steady_clock::now() - start, 5ms);
    });
}

TEST_P(TimedMutex, TryLockUntilGivesUpAtTheMoment) {
    run_beside_holder([&] {
        const auto moment = steady_clock::now() + 5ms;
        EXPECT_FALSE(held_.try_lock_until(moment));
        EXPECT_GE(steady_clock::now(), moment);
    });
}

TEST_P(TimedMutex, TryLockForGetsItWhenItIsReleased) {
    run([&] {
        held_.lock();
        auto waiter = start([&] {
            EXPECT_TRUE(held_.try_lock_for(1h));
            held_.unlock();
        });
        settle();
        held_.unlock();
        waiter.join();
    });
}

TEST_P(TimedMutex, TriesOnceWhereTheMomentIsPast) {
    const auto attempts = [&] {
        return std::vector{held_.try_lock_for(0s),
                           held_.try_lock_for(-1s),
                           held_.try_lock_for(std::chrono::hours::min()),
                           held_.try_lock_until(steady_clock::now() - 1s),
                           held_.try_lock_until(steady_clock::time_point::min()),
                           held_.try_lock_until(std::chrono::system_clock::time_point::min())};
    };
    run([&] {
        held_.lock();
        start([&] { EXPECT_EQ(attempts(), std::vector<bool>(6, false)); }).join();
        held_.unlock();
        EXPECT_TRUE(held_.try_lock_until(steady_clock::now() - 1s));
        held_.unlock();
    });
}

TEST_P(TimedMutex, UnderstandsTimesOfAnyLength) {
    run([&] {
        const auto gets_it = [&](auto attempt) {
            held_.lock();
            auto waiter = start([&] {
                EXPECT_TRUE(attempt());
                held_.unlock();
            });
            fibers::this_fiber::sleep_for(2ms);
            held_.unlock();
            waiter.join();
        };
        gets_it([&] { return held_.try_lock_for(std::chrono::hours::max()); });
        gets_it([&] { return held_.try_lock_until(steady_clock::time_point::max()); });
        gets_it([&] { return held_.try_lock_for(std::chrono::duration<double>{1e300}); });
        gets_it(
            [&] { return held_.try_lock_for(std::chrono::duration<float, std::ratio<60>>{5}); });
    });
}

TEST_P(TimedMutex, WaitsByTheClockOfTheMoment) {
    run_beside_holder([&] {
        const auto slow = test::slow_clock::now() + 5ms;
        EXPECT_FALSE(held_.try_lock_until(slow));
        EXPECT_GE(test::slow_clock::now(), slow);

        test::jumping_clock::start();
        const auto jumping = test::jumping_clock::now() + 4ms;
        EXPECT_FALSE(held_.try_lock_until(jumping));
        EXPECT_GE(test::jumping_clock::now(), jumping);

        const auto system = std::chrono::system_clock::now() + 3ms;
        EXPECT_FALSE(held_.try_lock_until(system));
    });
}

TEST_P(TimedMutex, LeavesNothingBehindWhenSomeGiveUp) {
    run([&] {
        std::atomic<int> got = 0;
        held_.lock();
        std::vector<test::task> tasks;
        for (int t = 0; t < 8; ++t)
            tasks.push_back(start([&, t] {
                if (held_.try_lock_for(t % 2 == 0 ? std::chrono::nanoseconds{2ms} : 1h)) {
                    ++got;
                    held_.unlock();
                }
            }));
        settle();
        held_.unlock();
        for (auto& t : tasks)
            t.join();
        EXPECT_GE(got, 4);
        EXPECT_TRUE(held_.try_lock());
        held_.unlock();
    });
}

TEST_P(TimedMutex, ExcludesOthers) {
    run([&] {
        int inside = 0;
        long entered = 0;
        std::atomic<long> succeeded = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 6; ++t)
            tasks.push_back(start([&, t] {
                for (int i = 0; i < test::scaled(3'000); ++i) {
                    const std::chrono::microseconds patience{(i * 7 + t) % 60};
                    if (t % 2 == 0)
                        held_.lock();
                    else if (!held_.try_lock_for(patience))
                        continue;
                    EXPECT_EQ(++inside, 1);
                    ++entered;
                    ++succeeded;
                    if (i % 4 == 0)
                        fibers::this_fiber::yield();
                    --inside;
                    held_.unlock();
                }
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(entered, succeeded);
    });
}

TEST_P(TimedMutex, TakesAFreeMutexWhateverTheAmbientDeadline) {
    run([&] {
        fibers::timeout_scope over{steady_clock::now() - 1s};
        EXPECT_TRUE(held_.try_lock_for(1h));
        held_.unlock();
    });
}

TEST_P(TimedMutex, LockIgnoresTheAmbientDeadline) {
    run([&] {
        held_.lock();
        auto waiter = start([&] {
            fibers::timeout_scope over{steady_clock::now() - 1s};
            held_.lock();
            held_.unlock();
        });
        fibers::this_fiber::sleep_for(5ms);
        held_.unlock();
        waiter.join();
    });
}

} // namespace
