#include <fibers/runtime.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class Join : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, Join, test::worker_counts, testing::PrintToStringParamName());

struct particular : std::runtime_error {
    using runtime_error::runtime_error;
    int detail = 17;
};

TEST_P(Join, ReturnsTheValue) {
    const auto value =
        run([] { return fibers::spawn([] { return std::string(100, 'x'); }).join(); });
    EXPECT_EQ(value, std::string(100, 'x'));
}

TEST_P(Join, ReturnsAValueThatCannotBeCopied) {
    run([] {
        auto f = fibers::spawn([] { return std::make_unique<int>(5); });
        EXPECT_EQ(*f.join(), 5);
    });
}

TEST_P(Join, ReturnsAReference) {
    run([] {
        int target = 0;
        auto f = fibers::spawn([&]() -> int& { return target; });
        static_assert(std::is_same_v<decltype(f.join()), int&>);
        EXPECT_EQ(&f.join(), &target);
    });
}

TEST_P(Join, ReturnsNothing) {
    run([] {
        bool ran = false;
        auto f = fibers::spawn([&] { ran = true; });
        static_assert(std::is_void_v<decltype(f.join())>);
        f.join();
        EXPECT_TRUE(ran);
    });
}

TEST_P(Join, RethrowsTheException) {
    run([] {
        auto f = fibers::spawn([]() -> int { throw particular("told"); });
        try {
            f.join();
            ADD_FAILURE() << "nothing thrown";
        } catch (const particular& error) {
            EXPECT_STREQ(error.what(), "told");
            EXPECT_EQ(error.detail, 17);
        }
    });
}

TEST_P(Join, LeavesTheHandleWithoutAFiber) {
    run([] {
        auto f = fibers::spawn([] {});
        auto g = fibers::spawn([] { throw particular("told"); });
        EXPECT_TRUE(f.joinable());
        f.join();
        EXPECT_THROW(g.join(), particular);
        for (auto* handle : {&f, &g}) {
            EXPECT_FALSE(handle->joinable());
            EXPECT_EQ(handle->get_id(), fibers::fiber_id{});
            EXPECT_EQ(test::error_of([&] { handle->join(); }), std::errc::invalid_argument);
        }
    });
}

TEST_P(Join, OfNoFiberFails) {
    run([] {
        fibers::fiber<int> none;
        EXPECT_FALSE(none.joinable());
        EXPECT_EQ(test::error_of([&] { none.join(); }), std::errc::invalid_argument);
    });
}

TEST_P(Join, OfItselfFails) {
    run([] {
        fibers::fiber<void> self;
        std::atomic<bool> ready = false;
        std::error_code error;
        self = fibers::spawn([&] {
            while (!ready)
                fibers::this_fiber::yield();
            error = test::error_of([&] { self.join(); });
        });
        ready = true;
        self.join();
        EXPECT_EQ(error, std::errc::resource_deadlock_would_occur);
    });
}

TEST_P(Join, OfAnEndedFiberReturnsAtOnceWhateverTheDeadline) {
    run([] {
        std::atomic<bool> ended = false;
        auto f = fibers::spawn([&] {
            ended = true;
            return 3;
        });
        ASSERT_TRUE(test::eventually([&] { return ended.load(); }));
        fibers::this_fiber::sleep_for(5ms); // `ended` is set a little before the end
        fibers::timeout_scope over{std::chrono::steady_clock::now() - 1s};
        EXPECT_EQ(f.join(), 3);
    });
}

TEST_P(Join, ThatTimesOutLeavesTheFiberToBeJoinedAgain) {
    run([] {
        std::atomic<bool> go = false;
        auto f = fibers::spawn([&] {
            while (!go)
                fibers::this_fiber::sleep_for(1ms);
            return 11;
        });
        {
            fibers::timeout_scope limit{10ms};
            EXPECT_EQ(test::error_of([&] { f.join(); }), std::errc::timed_out);
        }
        EXPECT_TRUE(f.joinable());
        go = true;
        EXPECT_EQ(f.join(), 11);
    });
}

TEST_P(Join, ThatIsStoppedLeavesTheFiberToBeJoinedAgain) {
    run([] {
        std::atomic<bool> go = false;
        auto f = fibers::spawn([&] {
            while (!go)
                fibers::this_fiber::sleep_for(1ms);
            return 12;
        });
        auto joiner = fibers::spawn([&] { return test::error_of([&] { f.join(); }); });
        fibers::this_fiber::sleep_for(5ms);
        joiner.request_stop();
        EXPECT_EQ(joiner.join(), std::errc::operation_canceled);
        EXPECT_TRUE(f.joinable());
        go = true;
        EXPECT_EQ(f.join(), 12);
    });
}

TEST_P(Join, MayBeCalledByAnotherFiberThanTheSpawner) {
    run([] {
        auto inner = fibers::spawn([] { return 4; });
        auto outer = fibers::spawn([](fibers::fiber<int> taken) { return taken.join() + 1; },
                                   std::move(inner));
        EXPECT_EQ(outer.join(), 5);
    });
}

TEST_P(Join, OfManyGivesEachItsOwnValue) {
    run([] {
        std::vector<fibers::fiber<int>> all;
        for (int i = 0; i < 10'000; ++i)
            all.push_back(fibers::spawn([i] {
                if (i % 3 == 0)
                    fibers::this_fiber::yield();
                return i;
            }));
        for (int i = 0; i < 10'000; ++i)
            ASSERT_EQ(all[static_cast<std::size_t>(i)].join(), i);
    });
}

TEST_P(Join, OfAChainOfFibersGoesThroughAllOfThem) {
    run([] {
        struct link {
            static int sum(int n) { return n == 0 ? 0 : n + fibers::spawn(sum, n - 1).join(); }
        };
        EXPECT_EQ(link::sum(1'000), 500'500);
    });
}

TEST_P(Join, FromAPlainThreadWaitsForTheEnd) {
    fibers::runtime runtime{{.workers = GetParam()}};
    auto slow = runtime.spawn([] {
        fibers::this_fiber::sleep_for(20ms);
        return std::string{"late"};
    });
    auto throwing = runtime.spawn([] { throw particular("told"); });
    auto joined = std::async(std::launch::async, [&] {
        EXPECT_THROW(throwing.join(), particular);
        return slow.join();
    });
    runtime.run([&] {
        ASSERT_TRUE(
            test::eventually([&] { return joined.wait_for(0s) == std::future_status::ready; }));
    });
    EXPECT_EQ(joined.get(), "late");
}

TEST(JoinOnAPlainThread, HonoursTheDeadline) {
    fibers::fiber<void> never_run;
    {
        fibers::runtime idle;
        never_run = idle.spawn([] {});
        fibers::timeout_scope limit{10ms};
        EXPECT_EQ(test::error_of([&] { never_run.join(); }), std::errc::timed_out);
    }
    EXPECT_EQ(test::error_of([&] { never_run.join(); }), std::errc::operation_canceled);
}

} // namespace
