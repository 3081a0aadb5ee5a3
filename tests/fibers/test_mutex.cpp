#include <fibers/runtime.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class Mutex : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Mutex, test::every_place, test::name_of_place);

constinit fibers::mutex at_namespace_scope;

TEST_P(Mutex, ExcludesOthers) {
    run([&] {
        fibers::mutex m;
        int inside = 0;
        long total = 0;
        std::vector<test::task> tasks;
        const int rounds = test::scaled(20'000);
        for (int t = 0; t < 6; ++t)
            tasks.push_back(start([&, t] {
                for (int i = 0; i < rounds; ++i) {
                    const std::lock_guard lock{m};
                    EXPECT_EQ(++inside, 1);
                    ++total;
                    if (i % 64 == t)
                        fibers::this_fiber::yield(); // the holder may suspend
                    --inside;
                }
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(total, 6L * rounds);
    });
}

TEST_P(Mutex, TryLockTellsWhetherItIsFree) {
    run([&] {
        fibers::mutex m;
        ASSERT_TRUE(m.try_lock());
        start([&] { EXPECT_FALSE(m.try_lock()); }).join();
        m.unlock();
        start([&] {
            EXPECT_TRUE(m.try_lock());
            m.unlock();
        }).join();
        EXPECT_TRUE(m.try_lock());
        m.unlock();
    });
}

TEST_P(Mutex, LockWaitsForTheUnlock) {
    run([&] {
        fibers::mutex m;
        bool unlocked = false;
        m.lock();
        auto waiter = start([&] {
            const std::lock_guard lock{m};
            EXPECT_TRUE(unlocked);
        });
        settle();
        unlocked = true;
        m.unlock();
        waiter.join();
    });
}

TEST_P(Mutex, LocksTogetherWithOthersWithoutDeadlock) {
    run([&] {
        fibers::mutex a;
        fibers::mutex b;
        long total = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 4; ++t)
            tasks.push_back(start([&, t] {
                for (int i = 0; i < test::scaled(2'000); ++i) {
                    if (t % 2 == 0) {
                        const std::scoped_lock both{a, b};
                        ++total;
                    } else {
                        const std::scoped_lock both{b, a};
                        ++total;
                    }
                    if (i % 16 == 0)
                        fibers::this_fiber::yield();
                }
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(total, 4L * test::scaled(2'000));
    });
}

TEST_P(Mutex, MayBeDestroyedByTheLastOneWhoHasLockedIt) {
    struct shared {
        fibers::mutex m;
        int users = 3;
    };
    const auto leave = [](shared* s) {
        s->m.lock();
        const bool last = --s->users == 0;
        s->m.unlock(); // another may lock, unlock and destroy it before this returns
        if (last)
            delete s;
    };
    run([&] {
        // Many at once, so that the workers meet.
        const int rounds = test::scaled(300);
        for (int i = 0; i < rounds; ++i) {
            std::vector<shared*> all(20);
            for (auto& s : all)
                s = new shared;
            std::vector<test::task> tasks;
            for (int t = 0; t < 3; ++t)
                tasks.push_back(start([&] {
                    for (shared* s : all)
                        leave(s);
                }));
            for (auto& t : tasks)
                t.join();
        }
    });
}

TEST_P(Mutex, EveryWaiterGetsItThoughOthersHammer) {
    run([&] {
        fibers::mutex m;
        std::atomic<bool> done = false;
        std::vector<test::task> hammers;
        for (int t = 0; t < 3; ++t)
            hammers.push_back(start([&] {
                while (!done) {
                    m.lock();
                    fibers::this_fiber::yield();
                    m.unlock();
                }
            }));
        for (int t = 0; t < 3; ++t)
            start([&] {
                for (int i = 0; i < 20; ++i) {
                    const std::lock_guard lock{m};
                    fibers::this_fiber::yield();
                }
            }).join();
        done = true;
        for (auto& t : hammers)
            t.join();
    });
}

TEST_P(Mutex, IsUsableBeforeAnyOtherCode) {
    run([&] {
        const std::lock_guard lock{at_namespace_scope};
        start([] { EXPECT_FALSE(at_namespace_scope.try_lock()); }).join();
    });
}

TEST(MutexOrder, GoesToWaitersInTheOrderInWhichTheyCame) {
    fibers::run([] {
        fibers::mutex m;
        std::string order;
        std::vector<fibers::fiber<void>> waiters;
        m.lock();
        for (const char name : {'a', 'b', 'c', 'd'}) {
            waiters.push_back(fibers::spawn([&, name] {
                const std::lock_guard lock{m};
                order += name;
            }));
            test::let_others_run();
        }
        m.unlock();
        for (auto& w : waiters)
            w.join();
        EXPECT_EQ(order, "abcd");
    });
}

TEST(MutexOrder, OvertakesAWaiterOnlyOnce) {
    fibers::run([] {
        fibers::mutex m;
        bool got_it = false;
        m.lock();
        auto waiter = fibers::spawn([&] {
            m.lock();
            got_it = true;
            m.unlock();
        });
        test::let_others_run(); // it waits now
        m.unlock();
        ASSERT_TRUE(m.try_lock()); // overtakes it
        test::let_others_run();    // it comes too late, and waits again
        EXPECT_FALSE(got_it);
        m.unlock();
        EXPECT_FALSE(m.try_lock()); // for the mutex is the waiter's already
        waiter.join();
        EXPECT_TRUE(got_it);
        EXPECT_TRUE(m.try_lock());
        m.unlock();
    });
}

TEST(MutexInterruption, LockIgnoresTheStop) {
    fibers::run([] {
        fibers::mutex m;
        bool got_it = false;
        m.lock();
        auto waiter = fibers::spawn([&] {
            const std::lock_guard lock{m};
            got_it = true;
        });
        waiter.request_stop();
        fibers::this_fiber::sleep_for(3ms);
        waiter.request_stop();
        fibers::this_fiber::sleep_for(3ms);
        EXPECT_FALSE(got_it);
        m.unlock();
        waiter.join();
        EXPECT_TRUE(got_it);
    });
}

TEST(MutexInterruption, LockIgnoresTheDeadline) {
    fibers::run([] {
        fibers::mutex m;
        bool got_it = false;
        m.lock();
        auto waiter = fibers::spawn([&] {
            fibers::timeout_scope over{std::chrono::steady_clock::now() - 1s};
            const std::lock_guard lock{m};
            got_it = true;
        });
        fibers::this_fiber::sleep_for(5ms);
        EXPECT_FALSE(got_it);
        m.unlock();
        waiter.join();
        EXPECT_TRUE(got_it);
    });
}

} // namespace
