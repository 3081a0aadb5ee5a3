#include <fibers/ticker.hpp>

#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <chrono>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::ticker;
using std::chrono::steady_clock;

class Ticker : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Ticker, test::every_place, test::name_of_place);

TEST_P(Ticker, NeverTicksTooEarlyNorTooOften) {
    run([] {
        const auto begin = steady_clock::now();
        ticker every{500us};
        std::uint64_t ticks = 0;
        for (int i = 0; i < 10; ++i) {
            const std::uint64_t more = every.wait();
            EXPECT_GE(more, 1U);
            ticks += more;
            EXPECT_GE(steady_clock::now() - begin, 500us * static_cast<int>(ticks));
        }
        const auto took = steady_clock::now() - begin;
        EXPECT_LE(ticks, static_cast<std::uint64_t>(took / 500us));
    });
}

TEST_P(Ticker, GivesTheTicksThatWereMissedTogether) {
    run([] {
        const auto begin = steady_clock::now();
        ticker every{1ms};
        fibers::this_fiber::sleep_for(10ms);
        const std::uint64_t missed = every.wait();
        EXPECT_GE(missed, 9U);
        // And goes on in the old rhythm.
        const std::uint64_t ticks = missed + every.wait();
        EXPECT_GE(steady_clock::now() - begin, 1ms * static_cast<int>(ticks));
    });
}

TEST_P(Ticker, TicksInARangeFor) {
    run([] {
        const auto begin = steady_clock::now();
        int rounds = 0;
        for (const std::uint64_t ticks : ticker{300us}) {
            EXPECT_GE(ticks, 1U);
            if (++rounds == 3)
                break;
        }
        EXPECT_GE(steady_clock::now() - begin, 900us);
    });
}

TEST_P(Ticker, RefusesAPeriodThatIsNotPositive) {
    EXPECT_EQ(test::error_of([] { ticker{0ms}; }), std::errc::invalid_argument);
    EXPECT_EQ(test::error_of([] { ticker{-1ms}; }), std::errc::invalid_argument);
    constexpr std::chrono::duration<double> no_number{std::numeric_limits<double>::quiet_NaN()};
    EXPECT_EQ(test::error_of([&] { ticker{no_number}; }), std::errc::invalid_argument);
}

TEST_P(Ticker, AnInterruptedWaitTakesNoTick) {
    run([] {
        const auto begin = steady_clock::now();
        ticker every{4ms};
        {
            fibers::timeout_scope limit{steady_clock::now() - 1s};
            std::error_code ec;
            EXPECT_EQ(every.wait(ec), 0U);
            EXPECT_EQ(ec, std::errc::timed_out);
        }
        EXPECT_GE(every.wait(), 1U);
        EXPECT_GE(steady_clock::now() - begin, 4ms);
    });
}

} // namespace
