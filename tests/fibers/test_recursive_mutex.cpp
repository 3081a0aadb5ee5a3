#include <fibers/runtime.hpp>
#include <fibers/sync/recursive_mutex.hpp>
#include <fibers/sync/recursive_timed_mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/clocks.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class RecursiveMutex : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, RecursiveMutex, test::every_place, test::name_of_place);

constinit fibers::recursive_mutex at_namespace_scope;

TEST_P(RecursiveMutex, ItsOwnerMayLockItAgain) {
    run([&] {
        const std::lock_guard once{at_namespace_scope};
        const std::lock_guard twice{at_namespace_scope};
        fibers::this_fiber::yield(); // others of this thread are not the owner
        ASSERT_TRUE(at_namespace_scope.try_lock());
        at_namespace_scope.unlock();
    });
}

TEST_P(RecursiveMutex, IsFreeOnlyWhenUnlockedAsOftenAsLocked) {
    run([&] {
        fibers::recursive_mutex m;
        const auto free_for_others = [&] {
            bool got_it = false;
            start([&] {
                got_it = m.try_lock();
                if (got_it)
                    m.unlock();
            }).join();
            return got_it;
        };
        m.lock();
        m.lock();
        EXPECT_FALSE(free_for_others());
        m.unlock();
        EXPECT_FALSE(free_for_others());
        m.unlock();
        EXPECT_TRUE(free_for_others());
    });
}

TEST_P(RecursiveMutex, LockWaitsForTheLastUnlock) {
    run([&] {
        fibers::recursive_mutex m;
        std::atomic<bool> unlocked = false;
        m.lock();
        m.lock();
        auto waiter = start([&] {
            const std::lock_guard lock{m};
            EXPECT_TRUE(unlocked);
        });
        m.unlock();
        settle();
        unlocked = true;
        m.unlock();
        waiter.join();
    });
}

TEST_P(RecursiveMutex, ExcludesOthers) {
    run([&] {
        fibers::recursive_mutex m;
        int inside = 0;
        long total = 0;
        std::vector<test::task> tasks;
        const int rounds = test::scaled(10'000);
        for (int t = 0; t < 6; ++t)
            tasks.push_back(start([&, t] {
                for (int i = 0; i < rounds; ++i) {
                    const std::lock_guard lock{m};
                    EXPECT_EQ(++inside, 1);
                    if (i % 64 == t)
                        fibers::this_fiber::yield();
                    {
                        const std::lock_guard again{m};
                        ++total;
                    }
                    --inside;
                }
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(total, 6L * rounds);
    });
}

TEST_P(RecursiveMutex, BelongsToTheFiberNotToWhoRunsInItsPlaceLater) {
    run([&] {
        fibers::recursive_mutex m;
        for (int i = 0; i < test::scaled(500); ++i)
            start([&] {
                ASSERT_TRUE(m.try_lock());
                m.unlock();
            }).join();
        m.lock();
        for (int i = 0; i < test::scaled(500); ++i)
            start([&] { ASSERT_FALSE(m.try_lock()); }).join();
        m.unlock();
    });
}

class RecursiveTimedMutex : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, RecursiveTimedMutex, test::every_place, test::name_of_place);

TEST_P(RecursiveTimedMutex, ItsOwnerMayLockItAgainInNoTime) {
    run([&] {
        fibers::recursive_timed_mutex m;
        {
            fibers::timeout_scope over{steady_clock::now() - 1s};
            m.lock();
            EXPECT_TRUE(m.try_lock());
            EXPECT_TRUE(m.try_lock_for(1h));
            EXPECT_TRUE(m.try_lock_until(steady_clock::time_point::min()));
        }
        for (int i = 0; i < 4; ++i)
            m.unlock();
        start([&] {
            EXPECT_TRUE(m.try_lock());
            m.unlock();
        }).join();
    });
}

TEST_P(RecursiveTimedMutex, OthersGiveUpWhenTheTimeIsUp) {
    run([&] {
        fibers::recursive_timed_mutex m;
        m.lock();
        m.lock();
        start([&] {
            EXPECT_FALSE(m.try_lock());
            const auto start = steady_clock::now();
            EXPECT_FALSE(m.try_lock_for(3ms));
            EXPECT_GE(steady_clock::now() - start, 3ms);
            const auto slow = test::slow_clock::now() + 2ms;
            EXPECT_FALSE(m.try_lock_until(slow));
            EXPECT_GE(test::slow_clock::now(), slow);
        }).join();
        m.unlock();
        m.unlock();
    });
}

TEST_P(RecursiveTimedMutex, OthersGetItWhenItIsReleased) {
    run([&] {
        fibers::recursive_timed_mutex m;
        m.lock();
        auto waiter = start([&] {
            EXPECT_TRUE(m.try_lock_for(1h));
            EXPECT_TRUE(m.try_lock()); // and own it then
            m.unlock();
            m.unlock();
        });
        settle();
        m.unlock();
        waiter.join();
    });
}

} // namespace
