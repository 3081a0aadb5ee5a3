#include <fibers/fiber.hpp>
#include <fibers/sync/future.hpp>
#include <fibers/sync/promise.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/clocks.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::future_errc;
using fibers::future_status;
using std::chrono::steady_clock;

using Future = test::everywhere;
INSTANTIATE_TEST_SUITE_P(Everywhere, Future, test::every_place, test::name_of_place);

static_assert(!std::is_copy_constructible_v<fibers::future<int>>);
static_assert(!std::is_copy_assignable_v<fibers::future<int>>);
static_assert(std::is_nothrow_move_constructible_v<fibers::future<int>>);
static_assert(std::is_nothrow_copy_constructible_v<fibers::shared_future<int>>);
static_assert(std::is_nothrow_copy_assignable_v<fibers::shared_future<int&>>);
static_assert(std::is_convertible_v<fibers::future<int>, fibers::shared_future<int>>);
static_assert(std::is_same_v<decltype(fibers::shared_future<int>{}.get()), const int&>);
static_assert(std::is_same_v<decltype(fibers::shared_future<int&>{}.get()), int&>);
static_assert(std::is_same_v<decltype(fibers::shared_future<void>{}.get()), void>);
static_assert(noexcept(fibers::future<int>{}.share()));
constinit fibers::future<int> without_dynamic_initialization;
constinit fibers::shared_future<void> shared_without_dynamic_initialization;

TEST_P(Future, WithoutStateThrowsNoState) {
    run([] {
        fibers::future<int> f;
        const fibers::shared_future<void> s;
        EXPECT_FALSE(f.valid());
        EXPECT_FALSE(s.valid());
        const auto uses = {test::future_error_of([&] { f.get(); }),
                           test::future_error_of([&] { f.wait(); }),
                           test::future_error_of([&] { f.wait_for(1ms); }),
                           test::future_error_of([&] { f.wait_until(steady_clock::now()); }),
                           test::future_error_of([&] { s.get(); })};
        for (const std::error_code& code : uses)
            EXPECT_EQ(code, future_errc::no_state);
        EXPECT_FALSE(f.share().valid());
    });
}

TEST_P(Future, TimedWaitsGiveUpNotBeforeTheirTime) {
    run([] {
        fibers::promise<int> p;
        const auto f = p.get_future();
        const auto start = steady_clock::now();
        EXPECT_EQ(f.wait_for(5ms), future_status::timeout);
        EXPECT_GE(steady_clock::now(), start + 5ms);
        EXPECT_EQ(f.wait_until(start + 8ms), future_status::timeout);
        EXPECT_GE(steady_clock::now(), start + 8ms);

        const auto slow = test::slow_clock::now() + 3ms;
        EXPECT_EQ(f.wait_until(slow), future_status::timeout);
        EXPECT_GE(test::slow_clock::now(), slow);

        test::jumping_clock::start();
        const auto jumping = test::jumping_clock::now() + 3ms;
        EXPECT_EQ(f.wait_until(jumping), future_status::timeout);
        EXPECT_GE(test::jumping_clock::now(), jumping);

        EXPECT_EQ(f.wait_for(-1h), future_status::timeout);
        EXPECT_EQ(f.wait_until(steady_clock::time_point::min()), future_status::timeout);
    });
}

TEST_P(Future, TimedWaitsSeeTheResultInTime) {
    run([this] {
        for (int round = 0; round < 3; ++round) {
            fibers::promise<int> p;
            const auto f = p.get_future();
            auto setter = start([&] {
                fibers::this_fiber::sleep_for(2ms);
                p.set_value(1);
            });
            EXPECT_EQ(round == 0   ? f.wait_for(std::chrono::hours::max())
                      : round == 1 ? f.wait_for(std::chrono::duration<float, std::ratio<60>>{5})
                                   : f.wait_until(std::chrono::system_clock::now() + 1h),
                      future_status::ready);
            EXPECT_EQ(f.wait_for(-1s), future_status::ready);
            setter.join();
        }
    });
}

TEST_P(Future, APollingLoopLetsTheOthersRun) {
    run([this] {
        fibers::promise<void> p;
        const auto f = p.get_future();
        auto setter = start([&] { p.set_value(); });
        while (f.wait_for(0s) != future_status::ready) {
        }
        setter.join();
    });
}

TEST_P(Future, SharedBringsTheSameToAll) {
    run([this] {
        fibers::promise<std::string> p;
        const fibers::shared_future<std::string> f = p.get_future().share();
        std::atomic<const std::string*> seen = nullptr;
        std::atomic<int> same = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 8; ++t)
            tasks.push_back(start([&, mine = f] {
                const std::string* const got = &mine.get();
                const std::string* before = nullptr;
                if (seen.compare_exchange_strong(before, got) || before == got)
                    ++same;
            }));
        settle();
        p.set_value("for all");
        for (test::task& t : tasks)
            t.join();
        EXPECT_EQ(same, 8);
        EXPECT_EQ(f.get(), "for all");
        EXPECT_TRUE(f.valid());
    });
}

TEST_P(Future, SharedThrowsTheSameForAll) {
    run([this] {
        fibers::promise<int&> p;
        const fibers::shared_future<int&> f = p.get_future();
        std::vector<test::task> tasks;
        for (int t = 0; t < 4; ++t)
            tasks.push_back(start([mine = f] {
                for (int i = 0; i < 2; ++i)
                    EXPECT_EQ(test::message_of([&] { mine.get(); }), "for all");
            }));
        p.set_exception(std::make_exception_ptr(std::runtime_error{"for all"}));
        for (test::task& t : tasks)
            t.join();
    });
}

TEST_P(Future, TheAmbientDeadlineEndsAWaitThatCanBeRepeated) {
    run([] {
        fibers::promise<int> p;
        auto f = p.get_future();
        {
            fibers::timeout_scope limit{1ms};
            EXPECT_EQ(test::error_of([&] { f.get(); }), std::errc::timed_out);
            EXPECT_EQ(test::error_of([&] { f.wait_for(1h); }), std::errc::timed_out);
            EXPECT_EQ(f.wait_for(0s), future_status::timeout);
        }
        p.set_value(3);
        fibers::timeout_scope over{-1ms};
        EXPECT_EQ(f.get(), 3);
    });
}

TEST_P(Future, BelongsToWhomItIsMovedTo) {
    run([] {
        fibers::promise<int> p;
        auto f = p.get_future();
        fibers::future<int> g{std::move(f)};
        EXPECT_FALSE(f.valid());
        f = std::move(g);
        EXPECT_FALSE(g.valid());
        auto shared = f.share();
        EXPECT_FALSE(f.valid());
        auto copy = shared;
        shared = {};
        p.set_value(7);
        EXPECT_EQ(copy.get(), 7);
    });
}

class FutureStop : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, FutureStop, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(FutureStop, AStopEndsTheWait) {
    run([] {
        fibers::promise<int> p;
        auto f = p.get_future();
        auto waiter = fibers::spawn([&] { return test::error_of([&] { f.get(); }); });
        fibers::this_fiber::sleep_for(2ms);
        waiter.request_stop();
        EXPECT_EQ(waiter.join(), std::errc::operation_canceled);
        EXPECT_TRUE(f.valid());
        p.set_value(1);
        EXPECT_EQ(f.get(), 1);
    });
}

} // namespace
