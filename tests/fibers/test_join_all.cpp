#include <fibers/join.hpp>
#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <variant>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class JoinAll : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, JoinAll, test::worker_counts, testing::PrintToStringParamName());

void sleep_long() {
    fibers::this_fiber::sleep_for(1h);
}

TEST_P(JoinAll, ReturnsTheValuesInOrder) {
    run([] {
        auto [late, early, text] = fibers::join_all(
            [] {
                fibers::this_fiber::sleep_for(2ms);
                return 1;
            },
            [] { return 2.5; }, [] { return std::string{"three"}; });
        EXPECT_EQ(late, 1);
        EXPECT_EQ(early, 2.5);
        EXPECT_EQ(text, "three");
    });
}

TEST_P(JoinAll, GivesMonostateForVoidAndReferencesAsTheyAre) {
    run([] {
        int target = 5;
        bool called = false;
        auto results = fibers::join_all([&] { called = true; }, [&]() -> int& { return target; },
                                        [] { return std::make_unique<int>(6); });
        static_assert(std::is_same_v<decltype(results),
                                     std::tuple<std::monostate, int&, std::unique_ptr<int>>>);
        EXPECT_TRUE(called);
        EXPECT_EQ(&std::get<1>(results), &target);
        EXPECT_EQ(*std::get<2>(results), 6);
    });
}

TEST_P(JoinAll, TakesOneCallAndNone) {
    run([] {
        EXPECT_EQ(fibers::join_all([] { return 7; }), std::tuple{7});
        EXPECT_EQ(fibers::join_all(), std::tuple<>{});
    });
}

TEST_P(JoinAll, CallsAllAtOnce) {
    run([] {
        std::atomic<int> arrived = 0;
        const auto meet = [&] {
            ++arrived;
            return test::eventually([&] { return arrived == 3; });
        };
        EXPECT_EQ(fibers::join_all(meet, meet, meet), (std::tuple{true, true, true}));
    });
}

TEST_P(JoinAll, CallsEachAsItWasGiven) {
    struct call {
        std::string operator()() & { return "lvalue"; }
        std::string operator()() && { return "rvalue"; }
    };
    run([] {
        call named;
        EXPECT_EQ(fibers::join_all(named, call{}), (std::tuple{"lvalue", "rvalue"}));
    });
}

TEST_P(JoinAll, FirstFailureStopsTheOthersAndComesOut) {
    run([] {
        std::error_code other;
        EXPECT_EQ(test::message_of([&] {
                      fibers::join_all([&] { other = test::error_of(sleep_long); },
                                       []() -> int {
                                           fibers::this_fiber::sleep_for(2ms);
                                           throw std::runtime_error("first");
                                       });
                  }),
                  "first");
        EXPECT_EQ(other, std::errc::operation_canceled);
    });
}

TEST_P(JoinAll, InheritsTheDeadline) {
    run([] {
        fibers::timeout_scope limit{5ms};
        EXPECT_EQ(test::error_of([] { fibers::join_all(sleep_long, sleep_long); }),
                  std::errc::timed_out);
    });
}

TEST_P(JoinAll, PassesAStopOnToItsCalls) {
    run([] {
        std::atomic<int> stopped = 0;
        const auto call = [&] {
            if (test::error_of(sleep_long) == std::errc::operation_canceled)
                ++stopped;
        };
        auto caller =
            fibers::spawn([&] { return test::error_of([&] { fibers::join_all(call, call); }); });
        fibers::this_fiber::sleep_for(2ms);
        caller.request_stop();
        EXPECT_EQ(caller.join(), std::errc::operation_canceled);
        EXPECT_EQ(stopped, 2);
    });
}

TEST_P(JoinAll, NestsDeeply) {
    struct tree {
        static int leaves(int depth) {
            if (depth == 0)
                return 1;
            auto [left, right] = fibers::join_all([&] { return leaves(depth - 1); },
                                                  [&] { return leaves(depth - 1); });
            return left + right;
        }
    };
    run([] { EXPECT_EQ(tree::leaves(10), 1024); });
}

} // namespace
