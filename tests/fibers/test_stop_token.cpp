#include <fibers/fiber.hpp>
#include <fibers/runtime.hpp>
#include <fibers/sync/stop_token.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/random_moments.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::stop_callback;
using fibers::stop_source;
using fibers::stop_token;

struct throws_when_made {
    throws_when_made() = default;
    throws_when_made(const throws_when_made&) { throw std::runtime_error("copied"); }
    void operator()() const {}
};

static_assert(std::is_nothrow_copy_constructible_v<stop_source>);
static_assert(std::is_nothrow_move_assignable_v<stop_source>);
static_assert(std::is_nothrow_swappable_v<stop_token>);
static_assert(!std::is_copy_constructible_v<stop_callback<void (*)()>>);
static_assert(
    std::is_nothrow_constructible_v<stop_callback<void (*)()>, const stop_token&, void (*)()>);
static_assert(!std::is_nothrow_constructible_v<stop_callback<throws_when_made>, stop_token,
                                               const throws_when_made&>);
static_assert(!std::is_constructible_v<stop_callback<void (*)()>, stop_token, int>);

TEST(StopToken, WithoutAStateNoStopIsPossible) {
    EXPECT_FALSE(stop_token{}.stop_possible());
    EXPECT_FALSE(stop_token{}.stop_requested());
    const stop_source none{fibers::nostopstate};
    EXPECT_FALSE(none.stop_possible());
    EXPECT_FALSE(none.request_stop());
    EXPECT_EQ(none.get_token(), stop_token{});
}

TEST(StopToken, SeesTheStopOfAnyCopyOfItsSource) {
    const stop_source source;
    const stop_source copy{source};
    const stop_token token = source.get_token();
    EXPECT_EQ(copy, source);
    EXPECT_EQ(copy.get_token(), token);
    EXPECT_TRUE(token.stop_possible());
    EXPECT_FALSE(token.stop_requested());
    EXPECT_TRUE(copy.request_stop());
    EXPECT_FALSE(source.request_stop());
    EXPECT_TRUE(token.stop_requested());
    EXPECT_TRUE(source.stop_requested());
}

TEST(StopToken, StopStaysPossibleAsLongAsThereIsASource) {
    auto first = std::make_unique<stop_source>();
    const stop_token token = first->get_token();
    stop_source second{*first};
    first.reset();
    EXPECT_TRUE(token.stop_possible());
    stop_source third{std::move(second)};
    EXPECT_TRUE(token.stop_possible());
    third = stop_source{};
    EXPECT_FALSE(token.stop_possible());
}

TEST(StopToken, StopStaysRequestedWhenItsSourcesAreGone) {
    auto source = std::make_unique<stop_source>();
    const stop_token token = source->get_token();
    source->request_stop();
    source.reset();
    EXPECT_TRUE(token.stop_possible());
    EXPECT_TRUE(token.stop_requested());
}

TEST(StopToken, AssignmentAndSwapKeepCountOfTheSources) {
    stop_source a, b;
    const stop_token of_a = a.get_token(), of_b = b.get_token();
    a.swap(b);
    EXPECT_EQ(a.get_token(), of_b);
    const stop_source& itself = a;
    a = itself;
    EXPECT_TRUE(of_b.stop_possible());
    a = b;
    EXPECT_FALSE(of_b.stop_possible());
    EXPECT_TRUE(of_a.stop_possible());
    a = stop_source{fibers::nostopstate};
    b = std::move(a);
    EXPECT_FALSE(of_a.stop_possible());
    EXPECT_FALSE(b.stop_possible());
}

TEST(StopCallback, IsCalledOnceByWhoRequestsTheStop) {
    const stop_source source;
    int calls = 0;
    const stop_callback callback{source.get_token(), [&] { ++calls; }};
    EXPECT_EQ(calls, 0);
    source.request_stop();
    source.request_stop();
    EXPECT_EQ(calls, 1);
}

TEST(StopCallback, IsCalledAtOnceWhereTheStopHasBeenRequested) {
    const stop_source source;
    source.request_stop();
    int calls = 0;
    {
        const stop_token token = source.get_token();
        const stop_callback callback{token, [&] { ++calls; }};
        EXPECT_EQ(calls, 1);
    }
    EXPECT_EQ(calls, 1);
}

TEST(StopCallback, IsNotCalledAfterItsEnd) {
    const stop_source source;
    int calls = 0;
    std::vector<std::unique_ptr<stop_callback<std::function<void()>>>> callbacks;
    for (int i = 0; i < 5; ++i)
        callbacks.push_back(std::make_unique<stop_callback<std::function<void()>>>(
            source.get_token(), [&calls, i] { calls += 1 << 4 * i; }));
    callbacks[4].reset(); // the newest, one within, and the oldest
    callbacks[2].reset();
    callbacks[0].reset();
    source.request_stop();
    EXPECT_EQ(calls, 0x01010);
}

TEST(StopCallback, KeepsTheStateButNotAStopThatNobodyCanRequest) {
    std::optional<stop_source> source{std::in_place};
    int calls = 0;
    const stop_callback before{source->get_token(), [&] { ++calls; }};
    const stop_token token = source->get_token();
    source.reset();
    const stop_callback after{token, [&] { ++calls; }};
    const stop_callback without{stop_token{}, [&] { ++calls; }};
    EXPECT_EQ(calls, 0);
}

TEST(StopCallback, TakesATokenOverOnlyWhereItNeedsIt) {
    const stop_source source;
    stop_token token = source.get_token();
    const stop_callback registered{std::move(token), [] {}};
    EXPECT_EQ(token, stop_token{}); // NOLINT: that is the question
    source.request_stop();
    token = source.get_token();
    const stop_callback called{std::move(token), [] {}};
    EXPECT_TRUE(token.stop_possible()); // NOLINT
}

TEST(StopCallback, TakesFunctionsThatCanOnlyBeMovedAndCalledOnce) {
    struct once {
        std::unique_ptr<int> held;
        int& called;
        void operator()() && { called += *held; }
    };
    const stop_source source;
    int called = 0;
    const stop_callback<once> callback{source.get_token(), once{std::make_unique<int>(3), called}};
    source.request_stop();
    EXPECT_EQ(called, 3);
}

TEST(StopCallback, IsNotRegisteredWhereMakingItThrows) {
    const stop_source source;
    const throws_when_made function;
    EXPECT_THROW(const stop_callback<throws_when_made> callback(source.get_token(), function),
                 std::runtime_error);
    EXPECT_TRUE(source.request_stop());
}

TEST(StopCallback, MayDestroyItselfAndOthersAndTheSource) {
    using callback = stop_callback<std::function<void()>>;
    auto source = std::make_unique<stop_source>();
    std::unique_ptr<callback> self, other;
    int calls = 0;
    other = std::make_unique<callback>(source->get_token(), [&] { ++calls; });
    self = std::make_unique<callback>(source->get_token(), [&] {
        ++calls;
        source.reset();
        other.reset();
        self.reset();
    });
    EXPECT_TRUE(source->request_stop());
    EXPECT_LE(calls, 2); // their order is not said
    EXPECT_EQ(self, nullptr);
}

TEST(StopCallbackDeathTest, WhatItThrowsEndsTheProcess) {
    const stop_source source;
    const stop_callback callback{source.get_token(), [] { throw 1; }};
    EXPECT_DEATH(source.request_stop(), "");
}

class StopCallbackBeside : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, StopCallbackBeside, test::every_place, test::name_of_place);

TEST_P(StopCallbackBeside, ItsEndWaitsForACallThatIsSuspended) {
    run([&] {
        const stop_source source;
        std::atomic<bool> running = false, over = false;
        auto callback =
            std::make_unique<stop_callback<std::function<void()>>>(source.get_token(), [&] {
                running = true;
                fibers::this_fiber::sleep_for(5ms);
                over = true;
            });
        auto requester = start([&] { EXPECT_TRUE(source.request_stop()); });
        ASSERT_TRUE(test::eventually([&] { return running.load(); }));
        EXPECT_FALSE(source.request_stop());
        callback.reset();
        EXPECT_TRUE(over);
        requester.join();
    });
}

TEST_P(StopCallbackBeside, TheEndOfAnotherDoesNotWaitForTheCallThatRuns) {
    run([&] {
        const stop_source source;
        std::atomic<bool> running = false, go_on = false;
        std::atomic<int> others = 0;
        std::optional<stop_callback<std::function<void()>>> other{std::in_place, source.get_token(),
                                                                  [&] { ++others; }};
        const stop_callback<std::function<void()>> slow{
            source.get_token(), [&] {
                running = true;
                EXPECT_TRUE(test::eventually([&] { return go_on.load(); }));
            }};
        auto requester = start([&] { source.request_stop(); });
        ASSERT_TRUE(test::eventually([&] { return running.load(); }));
        other.reset();
        go_on = true;
        requester.join();
        EXPECT_LE(others, 1);
    });
}

TEST_P(StopCallbackBeside, OneOfManyRequestsIsTheFirst) {
    run([&] {
        for (int round = 0; round < test::scaled(100); ++round) {
            const stop_source source;
            std::atomic<int> first = 0, calls = 0;
            const stop_callback callback{source.get_token(), [&] { ++calls; }};
            std::vector<test::task> tasks;
            for (int t = 0; t < 3; ++t)
                tasks.push_back(start([&] { first += source.request_stop(); }));
            for (auto& t : tasks)
                t.join();
            EXPECT_EQ(first, 1);
            EXPECT_EQ(calls, 1);
        }
    });
}

TEST_P(StopCallbackBeside, IsCalledOnceOrNotWhereItEndsAtTheSameTime) {
    run([&] {
        test::random_moments moments{1};
        for (int round = 0; round < test::scaled(400); ++round) {
            const stop_source source;
            const auto patience = moments.up_to(20us);
            std::atomic<int> in_time = 0;
            std::vector<test::task> tasks;
            tasks.push_back(start([&] { source.request_stop(); }));
            for (int t = 0; t < 2; ++t)
                tasks.push_back(start([&, t] {
                    const auto calls = std::make_unique<int>(0);
                    {
                        const stop_callback callback{source.get_token(), [&] {
                                                         ++*calls;
                                                         fibers::this_fiber::yield();
                                                     }};
                        test::spin_for(patience * t);
                    }
                    EXPECT_LE(*calls, 1); // nobody writes it any more
                    in_time += *calls;
                }));
            for (auto& t : tasks)
                t.join();
            EXPECT_LE(in_time, 2);
        }
    });
}

TEST(StopCallbackInFibers, ItsEndWaitsWhateverTheAmbientStopAndDeadline) {
    fibers::run([] {
        const stop_source source;
        bool over = false;
        auto owner = fibers::spawn([&] {
            const fibers::timeout_scope limit{1ms};
            const stop_callback callback{source.get_token(), [&] {
                                             fibers::this_fiber::sleep_for(10ms);
                                             over = true;
                                         }};
            return test::error_of([] { fibers::this_fiber::sleep_for(1h); });
        });
        test::let_others_run();
        auto requester = fibers::spawn([&] { source.request_stop(); });
        test::let_others_run();
        owner.request_stop();
        EXPECT_TRUE(owner.join());
        EXPECT_TRUE(over);
        requester.join();
    });
}

TEST(StopCallbackInFibers, PassesTheStopOnToAFibersBlockingCalls) {
    fibers::run([] {
        const stop_source source;
        auto work =
            fibers::spawn([] { return test::error_of([] { fibers::this_fiber::sleep_for(1h); }); });
        const stop_callback pass_on{source.get_token(), [&] { work.request_stop(); }};
        test::let_others_run();
        source.request_stop();
        EXPECT_EQ(work.join(), std::errc::operation_canceled);
    });
}

} // namespace
