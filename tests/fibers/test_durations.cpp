#include <fibers/detail/durations.hpp>

#include <fibers/detail/clock.hpp>

#include <chrono>
#include <limits>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::detail::deadline_after;
using fibers::detail::limit_after;
using fibers::detail::never;
using fibers::detail::next_look;
using fibers::detail::now;
using fibers::detail::saturated;
using fibers::detail::time_left;
using std::chrono::duration;
using std::chrono::nanoseconds;

TEST(Durations, AreConvertedExactlyWhereTheyCan) {
    EXPECT_EQ(saturated(0s), 0ns);
    EXPECT_EQ(saturated(3h), 3h);
    EXPECT_EQ(saturated(-7us), -7us);
    EXPECT_EQ(saturated(nanoseconds::max()), nanoseconds::max());
    EXPECT_EQ(saturated(nanoseconds::min()), nanoseconds::min());
}

TEST(Durations, AreRoundedUpSoThatNothingWakesTooEarly) {
    EXPECT_EQ(saturated(duration<int, std::ratio<1, 3>>{1}), 333'333'334ns);
    EXPECT_EQ(saturated(duration<double, std::nano>{0.1}), 1ns);
    EXPECT_EQ(saturated(duration<double, std::nano>{-0.1}), 0ns);
    EXPECT_EQ(saturated(duration<long long, std::pico>{1}), 1ns);
}

TEST(Durations, BecomeTheLongestOrTheShortestThatThereIs) {
    const double infinity = std::numeric_limits<double>::infinity();
    EXPECT_EQ(saturated(std::chrono::hours::max()), nanoseconds::max());
    EXPECT_EQ(saturated(std::chrono::hours::min()), nanoseconds::min());
    EXPECT_EQ(saturated(duration<double>{1e300}), nanoseconds::max());
    EXPECT_EQ(saturated(duration<double>{-1e300}), nanoseconds::min());
    EXPECT_EQ(saturated(duration<double>{infinity}), nanoseconds::max());
    EXPECT_EQ(saturated(duration<double>{-infinity}), nanoseconds::min());
}

TEST(Durations, MakeADeadlineThatDoesNotOverflow) {
    EXPECT_EQ(deadline_after(nanoseconds::max()), never);
    EXPECT_LT(deadline_after(nanoseconds::min()), now());
    const auto before = now();
    const auto deadline = deadline_after(5s);
    EXPECT_GE(deadline, before + 5s);
    EXPECT_LE(deadline, now() + 5s);
}

TEST(Durations, MakeALimitThatIsNeverEarlyAndLittleLate) {
    EXPECT_EQ(limit_after(nanoseconds::max()), never);
    for (const nanoseconds timeout : {nanoseconds{1s}, nanoseconds{30s}, nanoseconds{999ms}, 0ns})
        for (int i = 0; i < 100'000; ++i) {
            const auto before = now();
            const auto limit = limit_after(timeout);
            ASSERT_GE(limit, before + timeout);
            ASSERT_LE(limit, now() + timeout + 10ms);
        }
}

TEST(Durations, AreWaitedForAtOneGoWhereTheClockCannotBeSet) {
    const auto steady = std::chrono::steady_clock::now() + 1h;
    EXPECT_GE(next_look(steady), steady);
    EXPECT_LE(next_look(std::chrono::system_clock::now() + 1h), now() + 1s);
    EXPECT_LE(next_look(std::chrono::system_clock::time_point::min()), now());
    EXPECT_EQ(next_look(std::chrono::steady_clock::time_point::max()), never);
}

TEST(Durations, LeaveNoTimeAfterADeadline) {
    EXPECT_EQ(time_left(now() - 1s), 0ns);
    EXPECT_EQ(time_left(fibers::detail::time_point::min()), 0ns);
    EXPECT_GT(time_left(now() + 1h), 59min);
    EXPECT_LE(time_left(now() + 1h), 1h);
}

} // namespace
