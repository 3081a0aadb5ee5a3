#include <fibers/cancellation.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class Scope : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, Scope, test::worker_counts, testing::PrintToStringParamName());

void sleep_long() {
    fibers::this_fiber::sleep_for(1h);
}

TEST_P(Scope, JoinAwaitsAllChildren) {
    run([] {
        std::atomic<int> ended = 0;
        fibers::scope children;
        for (int i = 0; i < 100; ++i)
            children.spawn([&, i] {
                fibers::this_fiber::sleep_for(std::chrono::microseconds{50 * (i % 7)});
                ++ended;
            });
        children.join();
        EXPECT_EQ(ended, 100);
        EXPECT_EQ(children.size(), 0U);
    });
}

TEST_P(Scope, DestructorAwaitsAllChildren) {
    run([] {
        std::atomic<int> ended = 0;
        {
            fibers::scope children;
            for (int i = 0; i < 10; ++i)
                children.spawn([&] {
                    fibers::this_fiber::sleep_for(1ms);
                    ++ended;
                });
        }
        EXPECT_EQ(ended, 10);
    });
}

TEST_P(Scope, WithoutChildrenJoinsAtOnce) {
    run([] {
        fibers::scope children;
        children.join();
        children.join();
        EXPECT_EQ(children.size(), 0U);
    });
}

TEST_P(Scope, CannotBeJoinedByItsOwnFibers) {
    run([] {
        std::error_code own, nested;
        fibers::scope children;
        children.spawn([&] {
            own = test::error_of([&] { children.join(); });
            fibers::scope grandchildren;
            grandchildren.spawn([] { fibers::this_fiber::yield(); });
            nested = test::error_of([&] { grandchildren.join(); });
        });
        children.join();
        EXPECT_EQ(own, std::errc::resource_deadlock_would_occur);
        EXPECT_EQ(nested, std::error_code{}) << "that is another scope";
    });
}

TEST_P(Scope, PassesArgumentsAndNamesToItsChildren) {
    run([] {
        std::string result;
        std::string name;
        fibers::scope children;
        children.spawn(
            {.name = "clerk"},
            [&](std::unique_ptr<std::string> text, std::string& out) {
                out = *text;
                name = fibers::this_fiber::name();
            },
            std::make_unique<std::string>("moved in"), std::ref(result));
        children.join();
        EXPECT_EQ(result, "moved in");
        EXPECT_EQ(name, "clerk");
    });
}

TEST_P(Scope, TakesChildrenAgainAfterJoin) {
    run([] {
        std::atomic<int> ended = 0;
        fibers::scope children;
        for (int round = 0; round < 100; ++round) {
            children.spawn([&] { ++ended; });
            children.join();
            EXPECT_EQ(ended, round + 1);
        }
    });
}

TEST_P(Scope, ChildrenMaySpawnSiblings) {
    run([] {
        std::atomic<int> ended = 0;
        fibers::scope children;
        const std::function<void(int)> grow = [&](int depth) {
            if (depth > 0)
                for (int i = 0; i < 2; ++i)
                    children.spawn(grow, depth - 1);
            ++ended;
        };
        children.spawn(grow, 9);
        children.join();
        EXPECT_EQ(ended, 1023);
    });
}

TEST_P(Scope, DestroysTheCallablesBeforeJoinReturns) {
    run([] {
        auto held = std::make_shared<int>(0);
        fibers::scope children;
        for (int i = 0; i < 1'000; ++i)
            children.spawn([held] { fibers::this_fiber::yield(); });
        children.join();
        EXPECT_EQ(held.use_count(), 1);
    });
}

TEST_P(Scope, FreesChildrenAsTheyEnd) {
    run([] {
        // If each kept what it has until the scope ends, some 100 would be alive in the end.
        auto held = std::make_shared<int>(0);
        fibers::scope children;
        for (int i = 0; i < test::scaled(50'000); ++i) {
            children.spawn([held] {});
            const bool look = i % 100 == 99;
            ASSERT_TRUE(!look || test::eventually([&] { return held.use_count() == 1; }));
        }
        EXPECT_TRUE(test::eventually([&] { return children.size() == 0; }));
    });
}

TEST_P(Scope, FirstFailureStopsTheOthersAndComesOut) {
    run([] {
        std::atomic<int> stopped = 0;
        fibers::scope children;
        for (int i = 0; i < 10; ++i)
            children.spawn([&] {
                if (test::error_of(sleep_long) == std::errc::operation_canceled)
                    ++stopped;
            });
        children.spawn([] {
            fibers::this_fiber::sleep_for(2ms);
            throw std::runtime_error("first");
        });
        EXPECT_EQ(test::message_of([&] { children.join(); }), "first");
        EXPECT_EQ(stopped, 10);
        children.join(); // it has been told
    });
}

TEST_P(Scope, FailuresThatComeLaterAreDropped) {
    run([] {
        fibers::scope children;
        children.spawn([] {
            test::error_of(sleep_long);
            throw std::runtime_error("second");
        });
        children.spawn([] {
            fibers::this_fiber::sleep_for(2ms);
            throw std::runtime_error("first");
        });
        EXPECT_EQ(test::message_of([&] { children.join(); }), "first");
        EXPECT_EQ(test::message_of([&] { children.join(); }), "");
    });
}

TEST_P(Scope, DestructorThrowsTheFailureThatNobodyHasJoined) {
    run([] {
        EXPECT_EQ(test::message_of([] {
                      fibers::scope children;
                      children.spawn([] { throw std::runtime_error("unjoined"); });
                  }),
                  "unjoined");
    });
}

TEST_P(Scope, WithIgnoreGoesOnAfterAFailureAndThrowsNothing) {
    run([] {
        std::atomic<int> ended = 0;
        {
            fibers::scope children{fibers::on_failure::ignore};
            children.spawn([] { throw std::runtime_error("ignored"); });
            children.spawn([&] {
                fibers::this_fiber::sleep_for(5ms);
                ++ended;
            });
            EXPECT_EQ(test::message_of([&] { children.join(); }), "");
            EXPECT_EQ(ended, 1);
            children.spawn([] { throw std::runtime_error("ignored too"); });
        }
        EXPECT_EQ(ended, 1);
    });
}

TEST_P(Scope, UnwindingStopsTheChildrenAndKeepsTheException) {
    run([] {
        std::atomic<int> stopped = 0;
        EXPECT_EQ(test::message_of([&] {
                      fibers::scope children;
                      for (int i = 0; i < 5; ++i)
                          children.spawn([&] {
                              if (test::error_of(sleep_long) == std::errc::operation_canceled)
                                  ++stopped;
                              throw std::logic_error("a child's");
                          });
                      fibers::this_fiber::sleep_for(2ms);
                      throw std::runtime_error("the block's");
                  }),
                  "the block's");
        EXPECT_EQ(stopped, 5);
    });
}

TEST_P(Scope, InADestructorDuringUnwindingStillThrowsItsOwnFailure) {
    run([] {
        struct cleaner {
            ~cleaner() {
                EXPECT_EQ(test::message_of([] {
                              fibers::scope children;
                              children.spawn([] { throw std::runtime_error("inside"); });
                          }),
                          "inside");
            }
        };
        EXPECT_EQ(test::message_of([] {
                      const cleaner at_the_end;
                      throw std::runtime_error("outside");
                  }),
                  "outside");
    });
}

TEST_P(Scope, StopOfTheOwnerStopsTheChildren) {
    run([] {
        std::atomic<int> stopped = 0;
        auto owner = fibers::spawn([&] {
            fibers::scope children;
            for (int i = 0; i < 5; ++i)
                children.spawn([&] {
                    if (test::error_of(sleep_long) == std::errc::operation_canceled)
                        ++stopped;
                });
            const std::error_code joined = test::error_of([&] { children.join(); });
            EXPECT_EQ(stopped, 5);
            EXPECT_EQ(children.size(), 0U);
            return joined;
        });
        fibers::this_fiber::sleep_for(2ms);
        owner.request_stop();
        EXPECT_EQ(owner.join(), std::errc::operation_canceled);
    });
}

TEST_P(Scope, DeadlineOfTheOwnerStopsChildrenThatHaveNone) {
    run([] {
        std::atomic<bool> stopped = false;
        fibers::scope children;
        children.spawn(
            [&] { stopped = test::error_of(sleep_long) == std::errc::operation_canceled; });
        fibers::timeout_scope limit{5ms};
        EXPECT_EQ(test::error_of([&] { children.join(); }), std::errc::timed_out);
        EXPECT_TRUE(stopped);
    });
}

TEST_P(Scope, ChildrenInheritTheSpawnersDeadline) {
    run([] {
        std::error_code child;
        std::error_code grandchild;
        fibers::scope children;
        {
            fibers::timeout_scope limit{5ms};
            children.spawn([&] {
                fibers::scope own;
                own.spawn([&] { grandchild = test::error_of(sleep_long); });
                child = test::error_of(sleep_long);
                const fibers::cancellation_shield patience; // an interrupted join would stop `own`
                own.join();
            });
        }
        children.join();
        EXPECT_EQ(child, std::errc::timed_out);
        EXPECT_EQ(grandchild, std::errc::timed_out);
    });
}

TEST_P(Scope, RequestStopStopsTheChildrenOfNowAndLater) {
    run([] {
        std::atomic<int> stopped = 0;
        const auto child = [&] {
            if (test::error_of(sleep_long) == std::errc::operation_canceled)
                ++stopped;
        };
        fibers::scope children;
        for (int i = 0; i < 3; ++i)
            children.spawn(child);
        fibers::this_fiber::sleep_for(1ms);
        for (int i = 0; i < 3; ++i)
            children.spawn(child); // these have not run when the stop comes
        children.request_stop();
        for (int i = 0; i < 3; ++i)
            children.spawn(child);
        children.join();
        EXPECT_EQ(stopped, 9);
    });
}

TEST_P(Scope, TakesAStopForNoFailure) {
    run([] {
        fibers::scope children;
        for (int i = 0; i < 3; ++i)
            children.spawn(sleep_long);
        children.request_stop();
        children.join();
    });
}

TEST_P(Scope, SizeIsTheNumberOfLiveChildren) {
    run([] {
        std::atomic<bool> go = false;
        fibers::scope children;
        EXPECT_EQ(children.size(), 0U);
        for (std::size_t i = 1; i <= 3; ++i) {
            children.spawn([&] {
                while (!go)
                    fibers::this_fiber::sleep_for(1ms);
            });
            EXPECT_EQ(children.size(), i);
        }
        go = true;
        EXPECT_TRUE(test::eventually([&] { return children.size() == 0; }));
    });
}

TEST(ScopeOnAPlainThread, SpawnFails) {
    fibers::scope children;
    EXPECT_EQ(test::error_of([&] { children.spawn([] {}); }), std::errc::operation_not_permitted);
    children.join();
}

} // namespace
