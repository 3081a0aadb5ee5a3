#include <fibers/token_bucket.hpp>

#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <chrono>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::token_bucket;
using std::chrono::steady_clock;

class TokenBucket : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TokenBucket, test::every_place, test::name_of_place);

TEST_P(TokenBucket, GivesABurstAtOnceAndNoMore) {
    run([] {
        token_bucket slow{0.001, 5};
        slow.acquire(2);
        EXPECT_TRUE(slow.try_acquire(3));
        EXPECT_FALSE(slow.try_acquire());
    });
}

TEST_P(TokenBucket, KeepsTheRate) {
    run([] {
        const auto begin = steady_clock::now();
        token_bucket tokens{10'000, 5};
        for (int i = 0; i < 35; ++i)
            tokens.acquire();
        EXPECT_GE(steady_clock::now() - begin, 2'999us); // 30 after the burst, 100 µs each
    });
}

TEST_P(TokenBucket, KeepsTheRateForAllTogether) {
    run([&] {
        const auto begin = steady_clock::now();
        token_bucket tokens{10'000, 4};
        std::vector<test::task> tasks;
        for (int t = 0; t < 4; ++t)
            tasks.push_back(start([&] {
                for (int i = 0; i < 6; ++i)
                    tokens.acquire(2);
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_GE(steady_clock::now() - begin, 4'399us); // 48 tokens, 4 of them at once
    });
}

TEST_P(TokenBucket, NobodyOvertakesWhoWaits) {
    run([&] {
        const auto begin = steady_clock::now();
        token_bucket tokens{200, 10};
        tokens.acquire(10);
        auto large = start([&] { tokens.acquire(6); });
        fibers::this_fiber::sleep_for(10ms); // two tokens are there
        if (!tokens.try_acquire()) {         // else `large` has not come yet
            tokens.acquire();
            EXPECT_GE(steady_clock::now() - begin, 34'999us); // 7 that were not there
        }
        large.join();
    });
}

TEST_P(TokenBucket, WhoGivesUpHasTakenNothingAndLetsTheNextOn) {
    run([&] {
        token_bucket tokens{0.001, 4};
        tokens.acquire(3);
        const auto give_up = [&] {
            fibers::timeout_scope limit{2ms};
            std::error_code ec;
            tokens.acquire(2, ec);
            EXPECT_EQ(ec, std::errc::timed_out);
        };
        std::vector<test::task> hasty;
        for (int i = 0; i < 3; ++i)
            hasty.push_back(start(give_up));
        for (auto& h : hasty)
            h.join();
        EXPECT_TRUE(tokens.try_acquire());
        EXPECT_FALSE(tokens.try_acquire());
    });
}

TEST_P(TokenBucket, TheNextInLineIsServedWhenTheHeadGivesUp) {
    run([&] {
        token_bucket tokens{1, 10};
        tokens.acquire(9);
        auto head = start([&] {
            fibers::timeout_scope limit{20ms};
            EXPECT_EQ(test::error_of([&] { tokens.acquire(10); }), std::errc::timed_out);
        });
        fibers::this_fiber::sleep_for(1ms);
        tokens.acquire(1); // there already: it waits for the head only
        head.join();
    });
}

TEST_P(TokenBucket, RefusesWhatCanNeverBe) {
    run([] {
        token_bucket tokens{1, 3};
        EXPECT_EQ(test::error_of([&] { tokens.acquire(4); }), std::errc::invalid_argument);
        EXPECT_FALSE(tokens.try_acquire(4));
        tokens.acquire(0);
        const auto error_of_rate = [](double rate, std::size_t burst) {
            return test::error_of([&] { token_bucket{rate, burst}; });
        };
        EXPECT_EQ(error_of_rate(0, 1), std::errc::invalid_argument);
        EXPECT_EQ(error_of_rate(-1, 1), std::errc::invalid_argument);
        EXPECT_EQ(error_of_rate(std::numeric_limits<double>::infinity(), 1),
                  std::errc::invalid_argument);
        EXPECT_EQ(error_of_rate(std::numeric_limits<double>::quiet_NaN(), 1),
                  std::errc::invalid_argument);
        EXPECT_EQ(error_of_rate(1, 0), std::errc::invalid_argument);
    });
}

} // namespace
