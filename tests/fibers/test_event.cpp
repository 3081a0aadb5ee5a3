#include <fibers/runtime.hpp>
#include <fibers/sync/event.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/clocks.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class ManualResetEvent : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, ManualResetEvent, test::every_place, test::name_of_place);

constinit fibers::manual_reset_event open_at_namespace_scope{true};

TEST_P(ManualResetEvent, StaysSetUntilItIsReset) {
    run([] {
        fibers::manual_reset_event& e = open_at_namespace_scope;
        EXPECT_TRUE(e.is_set());
        e.wait();
        e.wait();
        e.reset();
        EXPECT_FALSE(e.is_set());
        EXPECT_FALSE(e.wait_for(0s));
        e.reset();
        e.set();
        e.set();
        EXPECT_TRUE(e.wait_for(0s));
        e.reset();
        EXPECT_FALSE(e.is_set());
        e.set();
    });
}

TEST_P(ManualResetEvent, LetsAllGoOnWhoWait) {
    run([&] {
        fibers::manual_reset_event e;
        int written = 0;
        std::atomic<int> through = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 6; ++t)
            tasks.push_back(start([&, t] {
                if (t % 2 == 0)
                    e.wait();
                else
                    EXPECT_TRUE(e.wait_until(steady_clock::now() + 1h));
                EXPECT_EQ(written, 1);
                ++through;
            }));
        settle();
        EXPECT_EQ(through, 0);
        written = 1;
        e.set();
        for (auto& t : tasks)
            t.join();
    });
}

TEST_P(ManualResetEvent, GivesUpWhenTheTimeIsUp) {
    run([] {
        const fibers::manual_reset_event e;
        const auto start = steady_clock::now();
        EXPECT_FALSE(e.wait_for(5ms));
        EXPECT_GE(steady_clock::now() - start, 5ms);
        const auto slow = test::slow_clock::now() + 3ms;
        EXPECT_FALSE(e.wait_until(slow));
        EXPECT_GE(test::slow_clock::now(), slow);
    });
}

TEST_P(ManualResetEvent, ResetSeesWhatWasDoneBeforeEachSet) {
    // A queue in its simplest form: reset, look, wait. It hangs where a set() that finds the event set
    // does not reach the reset() that follows.
    run([&] {
        fibers::manual_reset_event more;
        std::atomic<int> produced = 0;
        const int all = test::scaled(20'000);
        auto producer = start([&] {
            for (int i = 0; i < all; ++i) {
                produced.fetch_add(1, std::memory_order_relaxed);
                more.set();
                if (i % 64 == 0)
                    fibers::this_fiber::yield();
            }
        });
        for (;;) {
            more.reset();
            if (produced.load(std::memory_order_relaxed) == all)
                break;
            more.wait();
        }
        producer.join();
    });
}

TEST_P(ManualResetEvent, MayBeDestroyedByWhoeverHasSeenItSet) {
    run([&] {
        for (int i = 0; i < test::scaled(500); ++i) {
            auto e = std::make_unique<fibers::manual_reset_event>();
            auto setter = start([there = e.get()] { there->set(); });
            e->wait();
            e.reset();
            setter.join();
        }
    });
}

TEST_P(ManualResetEvent, FailsAtTheAmbientDeadline) {
    run([] {
        fibers::manual_reset_event e;
        fibers::timeout_scope limit{2ms};
        EXPECT_EQ(test::error_of([&] { e.wait(); }), std::errc::timed_out);
        EXPECT_EQ(test::error_of([&] { static_cast<void>(e.wait_for(1h)); }), std::errc::timed_out);
        e.set();
        e.wait();
    });
}

// Where one worker runs all, who has said that it is about to wait does wait.

TEST(ManualResetEventOrder, LetsThoseGoOnWhoWaitThoughItIsResetAtOnce) {
    fibers::run([] {
        fibers::manual_reset_event e;
        bool waits = false;
        auto waiter = fibers::spawn([&] {
            waits = true;
            e.wait();
        });
        while (!waits)
            fibers::this_fiber::yield();
        e.set();
        e.reset();
        waiter.join();
        EXPECT_FALSE(e.is_set());
    });
}

TEST(ManualResetEventStop, EndsAWait) {
    fibers::run([] {
        fibers::manual_reset_event e;
        auto waiter = fibers::spawn([&] { return test::error_of([&] { e.wait(); }); });
        test::let_others_run();
        waiter.request_stop();
        EXPECT_EQ(waiter.join(), std::errc::operation_canceled);
    });
}

class AutoResetEvent : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, AutoResetEvent, test::every_place, test::name_of_place);

constinit fibers::auto_reset_event set_at_namespace_scope{true};

TEST_P(AutoResetEvent, LetsOneGoOnAndDoesNotCount) {
    run([] {
        fibers::auto_reset_event& e = set_at_namespace_scope;
        e.wait();
        EXPECT_FALSE(e.try_wait());
        e.set();
        e.set();
        EXPECT_TRUE(e.try_wait());
        EXPECT_FALSE(e.wait_for(1ms));
        EXPECT_FALSE(e.wait_until(steady_clock::now() + 1ms));
        e.set();
    });
}

TEST_P(AutoResetEvent, EachSetLetsOneGoOnOfThoseWhoWait) {
    run([&] {
        constexpr int waiters = 4;
        fibers::auto_reset_event e;
        std::atomic<int> through = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < waiters; ++t)
            tasks.push_back(start([&] {
                e.wait();
                ++through;
            }));
        for (int i = 1; i <= waiters; ++i) {
            e.set();
            EXPECT_TRUE(test::eventually([&] { return through == i; }));
        }
        for (auto& t : tasks)
            t.join();
        EXPECT_FALSE(e.try_wait());
    });
}

TEST_P(AutoResetEvent, IsSetToNoMoreThanOnceWhereSeveralSetItTogether) {
    run([&] {
        // With waiters who come and go, each set() meets the event in any state.
        fibers::auto_reset_event e;
        std::atomic<bool> over = false;
        std::atomic<long> sets = 0;
        std::atomic<long> waits = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 3; ++t)
            tasks.push_back(start([&] {
                while (!over)
                    if (e.wait_for(50us))
                        ++waits;
            }));
        std::vector<test::task> setters;
        for (int t = 0; t < 3; ++t)
            setters.push_back(start([&] {
                for (int i = 0; i < test::scaled(2'000); ++i) {
                    ++sets;
                    e.set();
                    if (i % 16 == 0)
                        fibers::this_fiber::yield();
                }
            }));
        for (auto& s : setters)
            s.join();
        over = true;
        for (auto& t : tasks)
            t.join();
        EXPECT_LE(waits, sets);
        static_cast<void>(e.try_wait());
        EXPECT_FALSE(e.try_wait());
    });
}

TEST_P(AutoResetEvent, FailsAtTheAmbientDeadlineAndStaysAsItIs) {
    run([] {
        fibers::auto_reset_event e;
        {
            fibers::timeout_scope limit{2ms};
            EXPECT_EQ(test::error_of([&] { e.wait(); }), std::errc::timed_out);
        }
        e.set();
        EXPECT_TRUE(e.try_wait());
    });
}

TEST_P(AutoResetEvent, MayBeDestroyedByWhoHasWaited) {
    run([&] {
        for (int i = 0; i < test::scaled(500); ++i) {
            auto e = std::make_unique<fibers::auto_reset_event>();
            auto setter = start([there = e.get()] { there->set(); });
            e->wait();
            e.reset();
            setter.join();
        }
    });
}

TEST(AutoResetEventOrder, AReleasedWaiterIsNotOvertaken) {
    fibers::run([] {
        fibers::auto_reset_event e;
        bool waits = false;
        auto waiter = fibers::spawn([&] {
            waits = true;
            e.wait();
        });
        while (!waits)
            fibers::this_fiber::yield();
        e.set();
        EXPECT_FALSE(e.try_wait());
        e.set();
        EXPECT_TRUE(e.try_wait());
        waiter.join();
    });
}

} // namespace
