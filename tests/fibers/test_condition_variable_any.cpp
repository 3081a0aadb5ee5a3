#include <fibers/runtime.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/condition_variable_any.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/sync/timed_mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/clocks.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/random_moments.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::cv_status;
using fibers::stop_source;
using std::chrono::steady_clock;

/// A lock of a user's, which suspends whenever it can, and whose waits can be interrupted.
class leisurely_lock {
  public:
    void lock() {
        fibers::this_fiber::yield();
        std::unique_lock guard{m_};
        free_.wait(guard, [this] { return !held_; });
        held_ = true;
    }

    void unlock() {
        {
            const std::lock_guard guard{m_};
            held_ = false;
        }
        free_.notify_one();
        fibers::this_fiber::yield();
    }

    bool is_held() {
        const std::lock_guard guard{m_};
        return held_;
    }

  private:
    fibers::mutex m_;
    fibers::condition_variable free_;
    bool held_ = false;
};

class ConditionVariableAny : public test::everywhere {
  protected:
    fibers::timed_mutex m_;
    fibers::condition_variable_any cv_;
};
INSTANTIATE_TEST_SUITE_P(Everywhere, ConditionVariableAny, test::every_place, test::name_of_place);

TEST_P(ConditionVariableAny, NotifyAllWakesAllWhoWait) {
    run([&] {
        int waiting = 0;
        bool go = false;
        std::vector<test::task> waiters;
        for (int i = 0; i < 5; ++i)
            waiters.push_back(start([&] {
                std::unique_lock lock{m_};
                ++waiting;
                cv_.wait(lock, [&] { return go; });
                --waiting;
            }));
        ASSERT_TRUE(test::eventually([&] {
            const std::lock_guard lock{m_};
            return waiting == 5;
        }));
        {
            const std::lock_guard lock{m_};
            go = true;
        }
        cv_.notify_all();
        for (auto& w : waiters)
            w.join();
        EXPECT_EQ(waiting, 0);
    });
}

TEST_P(ConditionVariableAny, WorksWithALockThatSuspends) {
    run([&] {
        leisurely_lock lock;
        int turn = 0;
        const int rounds = test::scaled(100);
        std::vector<test::task> players;
        for (int player = 0; player < 3; ++player)
            players.push_back(start([&, player] {
                for (int i = 0; i < rounds; ++i) {
                    const std::lock_guard guard{lock};
                    cv_.wait(lock, [&] { return turn % 3 == player; });
                    ++turn;
                    cv_.notify_all();
                }
            }));
        for (auto& p : players)
            p.join();
        EXPECT_EQ(turn, 3 * rounds);
    });
}

TEST_P(ConditionVariableAny, LosesNothingBetweenProducersAndConsumers) {
    run([&] {
        std::deque<int> queue;
        const int each = test::scaled(3'000);
        long sum = 0;
        fibers::condition_variable_any not_full;
        std::vector<test::task> tasks;
        for (int p = 0; p < 2; ++p)
            tasks.push_back(start([&] {
                for (int i = 1; i <= each; ++i) {
                    const std::lock_guard lock{m_};
                    not_full.wait(m_, [&] { return queue.size() < 4; });
                    queue.push_back(i);
                    cv_.notify_one();
                }
            }));
        for (int c = 0; c < 2; ++c)
            tasks.push_back(start([&] {
                for (int i = 0; i < each; ++i) {
                    const std::lock_guard lock{m_};
                    cv_.wait(m_, [&] { return !queue.empty(); });
                    sum += queue.front();
                    queue.pop_front();
                    not_full.notify_one();
                }
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(sum, 2L * each * (each + 1) / 2);
    });
}

TEST_P(ConditionVariableAny, TimedFormsGiveUpWhenTheTimeIsUp) {
    run([&] {
        std::unique_lock lock{m_};
        const auto never = [] { return false; };
        const auto start = steady_clock::now();
        EXPECT_EQ(cv_.wait_for(lock, 1ms), cv_status::timeout);
        EXPECT_EQ(cv_.wait_until(lock, steady_clock::now() + 1ms), cv_status::timeout);
        EXPECT_FALSE(cv_.wait_for(lock, 1ms, never));
        EXPECT_FALSE(cv_.wait_until(lock, steady_clock::now() + 1ms, never));
        EXPECT_FALSE(cv_.wait_for(lock, stop_source{}.get_token(), 1ms, never));
        const auto slow = test::slow_clock::now() + 1ms;
        EXPECT_FALSE(cv_.wait_until(lock, stop_source{}.get_token(), slow, never));
        EXPECT_GE(steady_clock::now() - start, 7ms);
        EXPECT_GE(test::slow_clock::now(), slow);
        EXPECT_TRUE(lock.owns_lock());
    });
}

TEST_P(ConditionVariableAny, AWaitWithAPredicateEndsWhenItsClockIsSetForward) {
    run([&] {
        const auto moment = test::manual_clock::now() + 1h;
        const stop_source stop;
        auto waiter = start([&] {
            std::unique_lock lock{m_};
            EXPECT_FALSE(cv_.wait_until(lock, moment, [] { return false; }));
        });
        auto with_token = start([&] {
            std::unique_lock lock{m_};
            EXPECT_FALSE(cv_.wait_until(lock, stop.get_token(), moment, [] { return false; }));
        });
        fibers::this_fiber::sleep_for(2ms);
        test::manual_clock::nanoseconds += std::chrono::nanoseconds{1h}.count();
        waiter.join(); // hangs if it has not looked
        with_token.join();
    });
}

TEST_P(ConditionVariableAny, UnderstandsTimesOfAnyLength) {
    run([&] {
        stop_source stop;
        const std::lock_guard lock{m_};
        const auto never = [] { return false; };
        EXPECT_FALSE(cv_.wait_for(m_, stop.get_token(), std::chrono::hours::min(), never));
        EXPECT_EQ(cv_.wait_until(m_, steady_clock::time_point::min()), cv_status::timeout);
        auto stopper = start([&] { stop.request_stop(); });
        EXPECT_FALSE(cv_.wait_for(m_, stop.get_token(), std::chrono::hours::max(), never));
        stopper.join();
    });
}

TEST_P(ConditionVariableAny, AStopEndsTheWaitsThatAreGivenItsToken) {
    run([&] {
        stop_source stop;
        std::vector<test::task> waiters;
        std::atomic<int> given_up = 0;
        const auto waits = [&](auto wait) {
            waiters.push_back(start([&, wait] {
                const std::lock_guard lock{m_};
                EXPECT_FALSE(wait(m_));
                ++given_up;
            }));
        };
        const auto never = [] { return false; };
        waits([&](auto& lock) { return cv_.wait(lock, stop.get_token(), never); });
        waits([&](auto& lock) { return cv_.wait_for(lock, stop.get_token(), 1h, never); });
        waits([&](auto& lock) {
            return cv_.wait_until(lock, stop.get_token(), steady_clock::now() + 1h, never);
        });
        bool go = false;
        auto patient = start([&] {
            const std::lock_guard lock{m_};
            cv_.wait(m_, [&] { return go; });
        });
        settle();
        EXPECT_EQ(given_up, 0);
        stop.request_stop();
        for (auto& w : waiters)
            w.join();
        {
            const std::lock_guard lock{m_};
            go = true;
        }
        cv_.notify_all();
        patient.join();
    });
}

TEST_P(ConditionVariableAny, AfterAStopThePredicateDecides) {
    run([&] {
        stop_source stop;
        stop.request_stop();
        const std::lock_guard lock{m_};
        EXPECT_TRUE(cv_.wait(m_, stop.get_token(), [] { return true; }));
        EXPECT_FALSE(cv_.wait(m_, stop.get_token(), [] { return false; }));
        EXPECT_FALSE(cv_.wait_for(m_, stop.get_token(), 1h, [] { return false; }));
    });
}

TEST_P(ConditionVariableAny, AStopIsNotLostToTheWaitThatBegins) {
    run([&] {
        test::random_moments moments{3};
        for (int i = 0; i < test::scaled(300); ++i) {
            stop_source stop;
            auto waiter = start([&] {
                const std::lock_guard lock{m_};
                EXPECT_FALSE(cv_.wait(m_, stop.get_token(), [] { return false; }));
            });
            if (moments.coin())
                fibers::this_fiber::yield();
            test::spin_for(moments.up_to(10us));
            stop.request_stop();
            waiter.join(); // hangs if the stop was lost
        }
    });
}

TEST_P(ConditionVariableAny, MayBeDestroyedRightAfterNotifyAllAlsoWhereAStopFollows) {
    run([&] {
        for (int i = 0; i < test::scaled(200); ++i) {
            auto cv = std::make_unique<fibers::condition_variable_any>();
            stop_source stop;
            int waiting = 0;
            bool go = false;
            std::vector<test::task> waiters;
            for (int t = 0; t < 3; ++t)
                waiters.push_back(start([&, t, cv = cv.get()] {
                    const std::lock_guard lock{m_};
                    ++waiting;
                    if (t == 0)
                        cv->wait(m_);
                    else if (t == 1)
                        cv->wait_for(m_, 1h);
                    else
                        cv->wait(m_, stop.get_token(), [&] { return go; });
                }));
            for (bool all = false; !all; fibers::this_fiber::yield()) {
                const std::lock_guard lock{m_};
                all = waiting == 3;
                if (all) {
                    go = true;
                    cv->notify_all();
                    cv.reset(); // who was woken still has to lock the mutex
                }
            }
            stop.request_stop();
            for (auto& w : waiters)
                w.join();
        }
    });
}

TEST_P(ConditionVariableAny, WhatUnlockingThrowsComesOutAndNobodyWaits) {
    run([&] {
        struct {
            void lock() {}
            void unlock() { throw std::runtime_error("kept"); }
        } kept;
        EXPECT_THROW(cv_.wait(kept), std::runtime_error);
        EXPECT_THROW(cv_.wait_for(kept, 1h), std::runtime_error);
        cv_.notify_all();
    });
}

TEST_P(ConditionVariableAny, TheAmbientDeadlineEndsAWaitWithTheLockHeld) {
    run([&] {
        leisurely_lock lock;
        lock.lock();
        auto other = start([&] {
            const std::lock_guard guard{lock};
            fibers::this_fiber::sleep_for(5ms);
        });
        for (const auto patience : {2ms, -2ms}) {
            const fibers::timeout_scope limit{patience};
            EXPECT_EQ(test::error_of([&] { cv_.wait(lock); }), std::errc::timed_out);
            EXPECT_TRUE(lock.is_held());
        }
        lock.unlock();
        other.join();
    });
}

TEST(ConditionVariableAnyInterruption, StopEndsAWaitThoughTheLockCouldBeStoppedToo) {
    fibers::run([] {
        leisurely_lock lock;
        fibers::condition_variable_any cv;
        bool held_after = false;
        auto waiter = fibers::spawn([&] {
            const std::lock_guard guard{lock};
            const std::error_code how =
                test::error_of([&] { cv.wait(lock, [] { return false; }); });
            held_after = lock.is_held();
            return how;
        });
        fibers::this_fiber::sleep_for(2ms);
        lock.lock();
        waiter.request_stop();
        fibers::this_fiber::sleep_for(2ms);
        lock.unlock();
        EXPECT_EQ(waiter.join(), std::errc::operation_canceled);
        EXPECT_TRUE(held_after);
    });
}

} // namespace
