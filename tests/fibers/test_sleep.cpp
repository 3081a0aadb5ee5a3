#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/clocks.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
namespace this_fiber = fibers::this_fiber;

class Sleep : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Sleep, test::every_place, test::name_of_place);

TEST_P(Sleep, LastsAtLeastAsLongAsAsked) {
    run([] {
        for (const auto time : {std::chrono::microseconds{10}, 500us, 3'000us}) {
            const auto start = steady_clock::now();
            this_fiber::sleep_for(time);
            EXPECT_GE(steady_clock::now() - start, time);
        }
        const auto moment = steady_clock::now() + 2ms;
        this_fiber::sleep_until(moment);
        EXPECT_GE(steady_clock::now(), moment);
    });
}

TEST_P(Sleep, ReturnsWhereTheMomentIsPast) {
    run([] {
        this_fiber::sleep_for(0s);
        this_fiber::sleep_for(-1h);
        this_fiber::sleep_for(std::chrono::hours::min());
        this_fiber::sleep_until(steady_clock::now());
        this_fiber::sleep_until(steady_clock::now() - 1h);
        this_fiber::sleep_until(steady_clock::time_point{});
        this_fiber::sleep_until(steady_clock::time_point::min());
        this_fiber::sleep_until(std::chrono::system_clock::time_point{});
        this_fiber::sleep_until(std::chrono::system_clock::time_point::min());
    });
}

TEST_P(Sleep, EndsWhenItsClockIsSetForward) {
    run([&] {
        const auto moment = test::manual_clock::now() + 1h;
        auto sleeper = start([&] { this_fiber::sleep_until(moment); });
        this_fiber::sleep_for(2ms);
        test::manual_clock::nanoseconds += std::chrono::nanoseconds{1h}.count();
        sleeper.join(); // hangs if it has not looked
        EXPECT_GE(test::manual_clock::now(), moment);
    });
}

TEST_P(Sleep, GoesByTheClockOfTheMoment) {
    run([] {
        const auto slow = test::slow_clock::now() + 3ms;
        this_fiber::sleep_until(slow);
        EXPECT_GE(test::slow_clock::now(), slow);

        test::jumping_clock::start();
        const auto jumping = test::jumping_clock::now() + 4ms;
        this_fiber::sleep_until(jumping);
        EXPECT_GE(test::jumping_clock::now(), jumping);
    });
}

TEST_P(Sleep, TakesDurationsOfAnyKind) {
    run([] {
        const auto start = steady_clock::now();
        this_fiber::sleep_for(std::chrono::duration<double>{0.0015});
        this_fiber::sleep_for(std::chrono::duration<int, std::ratio<1, 700>>{1});
        EXPECT_GE(steady_clock::now() - start, 2'900us);
    });
}

TEST_P(Sleep, OfManyAtOnceEndsForAll) {
    run([&] {
        std::atomic<int> awake = 0;
        std::vector<test::task> tasks;
        for (int i = 0; i < 20; ++i)
            tasks.push_back(start([&, i] {
                this_fiber::sleep_for(std::chrono::microseconds{(i * 379) % 3'000});
                ++awake;
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(awake, 20);
    });
}

class ManySleepers : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, ManySleepers, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(ManySleepers, WakeAfterTheirTimeAndNoneIsForgotten) {
    run([] {
        const int count = test::scaled(20'000);
        std::atomic<int> awake = 0;
        fibers::scope all;
        for (int i = 0; i < count; ++i)
            all.spawn([&, i] {
                const auto moment =
                    steady_clock::now() + std::chrono::microseconds{(i * 7919LL) % 50'000};
                this_fiber::sleep_until(moment);
                EXPECT_GE(steady_clock::now(), moment);
                ++awake;
            });
        all.join();
        EXPECT_EQ(awake, count);
    });
}

TEST_P(ManySleepers, MayBeStoppedInTheMiddle) {
    run([] {
        std::atomic<int> stopped = 0;
        fibers::scope all;
        for (int i = 0; i < 2'000; ++i)
            all.spawn([&] {
                if (test::error_of([] { this_fiber::sleep_for(1h); }) ==
                    std::errc::operation_canceled)
                    ++stopped;
            });
        this_fiber::sleep_for(5ms);
        all.request_stop();
        all.join();
        EXPECT_EQ(stopped, 2'000);
    });
}

TEST(SleepOrder, WakesInTheOrderOfTheMoments) {
    fibers::run([] {
        std::string order;
        const auto base = steady_clock::now() + 5ms;
        fibers::scope all;
        for (const char name : {'d', 'a', 'c', 'e', 'b'})
            all.spawn([&, name] {
                this_fiber::sleep_until(base + 1us * (name - 'a'));
                order += name;
            });
        all.join();
        EXPECT_EQ(order, "abcde");
    });
}

} // namespace
