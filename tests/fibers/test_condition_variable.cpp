#include <fibers/runtime.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/clocks.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::cv_status;
using std::chrono::steady_clock;

class ConditionVariable : public test::everywhere {
  protected:
    fibers::mutex m_;
    fibers::condition_variable cv_;

    /// Lets `count` tasks wait without a predicate; they count in `woken`.
    std::vector<test::task> start_waiters(int count, int& woken) {
        std::vector<test::task> waiters;
        std::atomic<int> waiting = 0;
        for (int i = 0; i < count; ++i)
            waiters.push_back(start([this, &woken, &waiting] {
                std::unique_lock lock{m_};
                ++waiting; // under the mutex, which goes when it waits
                cv_.wait(lock);
                ++woken;
            }));
        EXPECT_TRUE(test::eventually([&] { return waiting == count; }));
        const std::lock_guard all_wait_now{m_};
        return waiters;
    }

    int locked_value(const int& value) {
        const std::lock_guard lock{m_};
        return value;
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, ConditionVariable, test::every_place, test::name_of_place);

TEST_P(ConditionVariable, NotifyOneWakesOne) {
    run([&] {
        int woken = 0;
        auto waiters = start_waiters(3, woken);
        for (int i = 1; i <= 3; ++i) {
            cv_.notify_one();
            ASSERT_TRUE(test::eventually([&] { return locked_value(woken) >= i; }));
            fibers::this_fiber::sleep_for(2ms);
            EXPECT_EQ(locked_value(woken), i);
        }
        for (auto& w : waiters)
            w.join();
    });
}

TEST_P(ConditionVariable, NotifyAllWakesAllWhoWait) {
    run([&] {
        int woken = 0;
        auto waiters = start_waiters(5, woken);
        cv_.notify_all();
        for (auto& w : waiters)
            w.join();
        EXPECT_EQ(woken, 5);
    });
}

TEST_P(ConditionVariable, NotificationThatNobodyWaitsForIsGone) {
    run([&] {
        cv_.notify_one();
        cv_.notify_all();
        std::unique_lock lock{m_};
        EXPECT_EQ(cv_.wait_for(lock, 2ms), cv_status::timeout);
        EXPECT_TRUE(lock.owns_lock());
    });
}

TEST_P(ConditionVariable, MutexIsLockedAgainAfterEachKindOfEnd) {
    run([&] {
        const auto is_locked = [&] { start([&] { EXPECT_FALSE(m_.try_lock()); }).join(); };
        std::unique_lock lock{m_};
        cv_.wait_for(lock, 1ms);
        is_locked();
        {
            fibers::timeout_scope limit{1ms};
            EXPECT_THROW(cv_.wait(lock), std::system_error);
        }
        is_locked();
        auto notifier = start([&] {
            const std::lock_guard other{m_};
            cv_.notify_one();
        });
        cv_.wait(lock);
        is_locked();
        lock.unlock();
        notifier.join();
    });
}

TEST_P(ConditionVariable, PredicateFormsLookAgain) {
    run([&] {
        int value = 0;
        auto waiter = start([&] {
            std::unique_lock lock{m_};
            cv_.wait(lock, [&] { return value >= 3; });
            EXPECT_EQ(value, 3);
            EXPECT_TRUE(cv_.wait_for(lock, 1h, [&] { return value >= 6; }));
            EXPECT_TRUE(cv_.wait_until(lock, steady_clock::now() + 1h, [&] { return value >= 9; }));
            EXPECT_TRUE(cv_.wait_until(lock, std::chrono::system_clock::now() + 1h,
                                       [&] { return value >= 12; }));
        });
        for (int i = 1; i <= 12; ++i) {
            {
                const std::lock_guard lock{m_};
                value = i;
                cv_.notify_all();
            }
            if (i % 3 == 0)
                settle();
            else
                fibers::this_fiber::yield();
        }
        waiter.join();
    });
}

TEST_P(ConditionVariable, TimedFormsTellWhetherThePredicateHeldInTheEnd) {
    run([&] {
        std::unique_lock lock{m_};
        const auto start = steady_clock::now();
        EXPECT_FALSE(cv_.wait_for(lock, 3ms, [] { return false; }));
        EXPECT_FALSE(cv_.wait_until(lock, steady_clock::now() + 3ms, [] { return false; }));
        EXPECT_GE(steady_clock::now() - start, 6ms);
        EXPECT_TRUE(cv_.wait_for(lock, 1h, [] { return true; }));
        EXPECT_TRUE(cv_.wait_for(lock, -1s, [] { return true; }));
        bool last_look = false;
        EXPECT_TRUE(cv_.wait_for(lock, 1ms, [&] { return std::exchange(last_look, true); }));
    });
}

TEST_P(ConditionVariable, TimesOutAtOnceWhereTheMomentIsPast) {
    run([&] {
        std::unique_lock lock{m_};
        EXPECT_EQ(cv_.wait_for(lock, 0s), cv_status::timeout);
        EXPECT_EQ(cv_.wait_for(lock, -1h), cv_status::timeout);
        EXPECT_EQ(cv_.wait_for(lock, std::chrono::hours::min()), cv_status::timeout);
        EXPECT_EQ(cv_.wait_until(lock, steady_clock::now() - 1s), cv_status::timeout);
        EXPECT_EQ(cv_.wait_until(lock, steady_clock::time_point::min()), cv_status::timeout);
        EXPECT_TRUE(lock.owns_lock());
    });
}

TEST_P(ConditionVariable, WaitsByTheClockOfTheMoment) {
    run([&] {
        std::unique_lock lock{m_};
        const auto never = [] { return false; };
        const auto slow = test::slow_clock::now() + 4ms;
        EXPECT_FALSE(cv_.wait_until(lock, slow, never));
        EXPECT_GE(test::slow_clock::now(), slow);

        test::jumping_clock::start();
        const auto jumping = test::jumping_clock::now() + 4ms;
        EXPECT_FALSE(cv_.wait_until(lock, jumping, never));
        EXPECT_GE(test::jumping_clock::now(), jumping);
    });
}

TEST_P(ConditionVariable, AWaitWithAPredicateEndsWhenItsClockIsSetForward) {
    run([&] {
        const auto moment = test::manual_clock::now() + 1h;
        auto waiter = start([&] {
            std::unique_lock lock{m_};
            EXPECT_FALSE(cv_.wait_until(lock, moment, [] { return false; }));
        });
        fibers::this_fiber::sleep_for(2ms);
        test::manual_clock::nanoseconds += std::chrono::nanoseconds{1h}.count();
        waiter.join(); // hangs if it has not looked
    });
}

TEST_P(ConditionVariable, UnderstandsTimesOfAnyLength) {
    run([&] {
        const auto is_notified = [&](auto wait) {
            std::unique_lock lock{m_};
            auto notifier = start([&] {
                const std::lock_guard other{m_};
                cv_.notify_one();
            });
            EXPECT_EQ(wait(lock), cv_status::no_timeout);
            lock.unlock();
            notifier.join();
        };
        is_notified([&](auto& lock) { return cv_.wait_for(lock, std::chrono::hours::max()); });
        is_notified(
            [&](auto& lock) { return cv_.wait_for(lock, std::chrono::duration<double>{1e300}); });
        is_notified(
            [&](auto& lock) { return cv_.wait_until(lock, steady_clock::time_point::max()); });
        is_notified([&](auto& lock) {
            return cv_.wait_until(lock, std::chrono::system_clock::time_point::max());
        });
    });
}

TEST_P(ConditionVariable, LosesNoWakeUpBetweenTwoWhoTakeTurns) {
    run([&] {
        bool ping = true;
        const int rounds = test::scaled(5'000);
        const auto player = [&](bool mine) {
            for (int i = 0; i < rounds; ++i) {
                std::unique_lock lock{m_};
                cv_.wait(lock, [&] { return ping == mine; });
                ping = !mine;
                cv_.notify_one();
            }
        };
        auto a = start([&] { player(true); });
        auto b = start([&] { player(false); });
        a.join();
        b.join();
        EXPECT_TRUE(ping);
    });
}

TEST_P(ConditionVariable, LosesNothingBetweenProducersAndConsumers) {
    run([&] {
        fibers::condition_variable not_full;
        std::deque<int> queue;
        const int each = test::scaled(5'000);
        long sum = 0;
        std::vector<test::task> tasks;
        for (int p = 0; p < 3; ++p)
            tasks.push_back(start([&] {
                for (int i = 1; i <= each; ++i) {
                    std::unique_lock lock{m_};
                    not_full.wait(lock, [&] { return queue.size() < 4; });
                    queue.push_back(i);
                    cv_.notify_one();
                }
            }));
        for (int c = 0; c < 3; ++c)
            tasks.push_back(start([&] {
                for (int i = 0; i < each; ++i) {
                    std::unique_lock lock{m_};
                    cv_.wait(lock, [&] { return !queue.empty(); });
                    sum += queue.front();
                    queue.pop_front();
                    not_full.notify_one();
                }
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(sum, 3L * each * (each + 1) / 2);
        EXPECT_TRUE(queue.empty());
    });
}

TEST_P(ConditionVariable, MayBeDestroyedRightAfterNotifyAll) {
    run([&] {
        for (int i = 0; i < test::scaled(300); ++i) {
            fibers::mutex m;
            auto cv = std::make_unique<fibers::condition_variable>();
            int waiting = 0;
            bool go = false;
            std::vector<test::task> waiters;
            for (int t = 0; t < 3; ++t)
                waiters.push_back(start([&, cv = cv.get()] {
                    std::unique_lock lock{m};
                    ++waiting;
                    while (!go)
                        cv->wait(lock);
                }));
            for (bool all = false; !all;) {
                {
                    const std::lock_guard lock{m};
                    all = waiting == 3;
                    if (all) {
                        go = true;
                        cv->notify_all();
                        cv.reset(); // who was woken still has to lock the mutex
                    }
                }
                fibers::this_fiber::yield();
            }
            for (auto& w : waiters)
                w.join();
        }
    });
}

TEST_P(ConditionVariable, MayBeDestroyedWhileThoseWhoseTimeIsUpAreOnTheirWayOut) {
    run([&] {
        for (int i = 0; i < test::scaled(300); ++i) {
            fibers::mutex m;
            auto cv = std::make_unique<fibers::condition_variable>();
            int waiting = 0;
            std::vector<test::task> waiters;
            for (int t = 0; t < 3; ++t)
                waiters.push_back(start([&, t, cv = cv.get()] {
                    std::unique_lock lock{m};
                    ++waiting;
                    cv->wait_for(lock, std::chrono::microseconds{20 * (i % 10) + t});
                }));
            for (bool all = false; !all;) {
                {
                    const std::lock_guard lock{m};
                    all = waiting == 3;
                    if (all) {
                        cv->notify_all();
                        cv.reset();
                    }
                }
                fibers::this_fiber::yield();
            }
            for (auto& w : waiters)
                w.join();
        }
    });
}

TEST(ConditionVariableOrder, NotifyOneWakesWhoHasWaitedLongest) {
    fibers::run([] {
        fibers::mutex m;
        fibers::condition_variable cv;
        std::string order;
        std::vector<fibers::fiber<void>> waiters;
        for (const char name : {'a', 'b', 'c'}) {
            waiters.push_back(fibers::spawn([&, name] {
                std::unique_lock lock{m};
                cv.wait(lock);
                order += name;
            }));
            test::let_others_run();
        }
        for (int i = 0; i < 3; ++i)
            cv.notify_one();
        for (auto& w : waiters)
            w.join();
        EXPECT_EQ(order, "abc");
    });
}

TEST(ConditionVariableInterruption, StopEndsAWaitWithThePredicateUnmet) {
    fibers::run([] {
        fibers::mutex m;
        fibers::condition_variable cv;
        bool locked_after = false;
        auto waiter = fibers::spawn([&] {
            std::unique_lock lock{m};
            try {
                cv.wait(lock, [] { return false; });
            } catch (const std::system_error& error) {
                locked_after = lock.owns_lock() && !m.try_lock();
                return error.code();
            }
            return std::error_code{};
        });
        fibers::this_fiber::sleep_for(2ms);
        waiter.request_stop();
        EXPECT_EQ(waiter.join(), std::errc::operation_canceled);
        EXPECT_TRUE(locked_after);
    });
}

} // namespace
