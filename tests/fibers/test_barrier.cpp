#include <fibers/runtime.hpp>
#include <fibers/sync/barrier.hpp>
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
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class Barrier : public test::everywhere {
  protected:
    /// Calls `part(number)` in as many tasks.
    void run_parts(int count, const std::function<void(int)>& part) {
        run([&] {
            std::vector<test::task> tasks;
            for (int t = 0; t < count; ++t)
                tasks.push_back(start([&part, t] { part(t); }));
            for (auto& t : tasks)
                t.join();
        });
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, Barrier, test::every_place, test::name_of_place);

constinit fibers::barrier<> at_namespace_scope{1};

static_assert(fibers::barrier<>::max() > 1'000'000);
static_assert(!std::is_copy_constructible_v<fibers::barrier<>>);
static_assert(std::is_nothrow_move_constructible_v<fibers::barrier<>::arrival_token>);
static_assert(std::is_nothrow_move_assignable_v<fibers::barrier<>::arrival_token>);

TEST_P(Barrier, DoesNotHoldUpOneWhoIsAlone) {
    run([] {
        for (int i = 0; i < 10; ++i)
            at_namespace_scope.arrive_and_wait();
    });
}

TEST_P(Barrier, LetsNobodyAheadByMoreThanAPhase) {
    constexpr int parts = 5;
    const int phases = test::scaled(2'000);
    fibers::barrier<> in_step{parts};
    std::atomic<int> steps = 0;
    run_parts(parts, [&](int) {
        for (int phase = 0; phase < phases; ++phase) {
            const int before = ++steps;
            EXPECT_GT(before, parts * phase);
            EXPECT_LE(before, parts * (phase + 1));
            in_step.arrive_and_wait();
        }
    });
    EXPECT_EQ(steps, parts * phases);
}

TEST_P(Barrier, CompletesEachPhaseOnceBeforeAnybodyGoesOn) {
    constexpr int parts = 4;
    const int phases = test::scaled(1'000);
    std::vector<int> work(parts);
    int sum = 0;
    int completed = 0;
    const auto complete = [&]() noexcept {
        for (const int done : work)
            sum += done;
        ++completed;
    };
    fibers::barrier in_step{parts, complete};
    run_parts(parts, [&](int t) {
        for (int phase = 0; phase < phases; ++phase) {
            work[static_cast<std::size_t>(t)] = phase % 2;
            in_step.arrive_and_wait();
            // The next phase cannot complete before this part has arrived again.
            EXPECT_EQ(completed, phase + 1);
            EXPECT_EQ(sum, parts * ((phase + 1) / 2));
        }
    });
}

TEST_P(Barrier, TheCompletionFunctionMaySuspend) {
    constexpr int parts = 3;
    std::atomic<int> completed = 0;
    const auto complete = [&]() noexcept {
        fibers::this_fiber::sleep_for(1ms);
        ++completed;
    };
    fibers::barrier in_step{parts, complete};
    run_parts(parts, [&](int) {
        for (int phase = 0; phase < 5; ++phase) {
            in_step.arrive_and_wait();
            EXPECT_GT(completed, phase);
        }
    });
    EXPECT_EQ(completed, 5);
}

TEST_P(Barrier, TakesACompletionFunctionThatOnlyMoves) {
    auto completed = std::make_unique<int>(0);
    int& count = *completed;
    fibers::barrier in_step{1, [mine = std::move(completed)]() noexcept { ++*mine; }};
    run([&] {
        in_step.arrive_and_wait();
        in_step.arrive_and_wait();
    });
    EXPECT_EQ(count, 2);
}

TEST_P(Barrier, ArrivesNowAndWaitsLater) {
    run([&] {
        fibers::barrier<> in_step{3};
        auto token = in_step.arrive(2);
        std::atomic<bool> over = false;
        auto waiter = start([&] {
            in_step.wait(std::move(token));
            over = true;
        });
        settle();
        EXPECT_FALSE(over);
        auto last = in_step.arrive();
        waiter.join();
        in_step.wait(std::move(last)); // that phase has ended
    });
}

TEST_P(Barrier, WhoDropsOutIsNoLongerExpected) {
    constexpr int parts = 4;
    int completed = 0;
    const auto complete = [&]() noexcept { ++completed; };
    fibers::barrier in_step{parts, complete};
    run_parts(parts, [&](int t) {
        for (int phase = 0; phase < t; ++phase)
            in_step.arrive_and_wait();
        in_step.arrive_and_drop();
    });
    EXPECT_EQ(completed, parts);
}

TEST_P(Barrier, MayBeDestroyedByWhoeverHasSeenTheLastPhaseEnd) {
    run([&] {
        for (int i = 0; i < test::scaled(500); ++i) {
            auto in_step = std::make_unique<fibers::barrier<>>(2);
            auto other = start([there = in_step.get()] { there->arrive_and_drop(); });
            in_step->arrive_and_wait();
            in_step.reset();
            other.join();
        }
    });
}

TEST_P(Barrier, FailsAtTheAmbientDeadlineAndTheArrivalCounts) {
    run([] {
        fibers::barrier<> in_step{2};
        {
            fibers::timeout_scope limit{2ms};
            EXPECT_EQ(test::error_of([&] { in_step.arrive_and_wait(); }), std::errc::timed_out);
        }
        in_step.arrive_and_wait();
    });
}

TEST(BarrierStop, EndsAWaitAndTheArrivalCounts) {
    fibers::run([] {
        fibers::barrier<> in_step{2};
        auto waiter =
            fibers::spawn([&] { return test::error_of([&] { in_step.arrive_and_wait(); }); });
        test::let_others_run();
        waiter.request_stop();
        EXPECT_EQ(waiter.join(), std::errc::operation_canceled);
        in_step.arrive_and_wait();
    });
}

TEST(BarrierDeathTest, TerminatesWhereTheCompletionFunctionThrows) {
    const auto fail = [] { throw std::runtime_error{"no completion"}; };
    fibers::barrier in_step{1, fail};
    EXPECT_DEATH(in_step.arrive_and_wait(), "no completion");
}

} // namespace
