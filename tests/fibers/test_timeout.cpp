#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/timed_mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>

#include <chrono>
#include <limits>
#include <system_error>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

std::error_code short_sleep() {
    return test::error_of([] { fibers::this_fiber::sleep_for(1ms); });
}

TEST(Timeout, EndsWithItsBlock) {
    fibers::run([] {
        {
            fibers::timeout_scope over{steady_clock::now() - 1s};
            EXPECT_EQ(short_sleep(), std::errc::timed_out);
        }
        EXPECT_EQ(short_sleep(), std::error_code{});
    });
}

TEST(Timeout, GivesTheOuterOneBackAtTheEndOfAnInnerBlock) {
    fibers::run([] {
        fibers::timeout_scope outer{1h};
        {
            fibers::timeout_scope over{steady_clock::now() - 1s};
            {
                fibers::timeout_scope wider{2h};
                EXPECT_EQ(short_sleep(), std::errc::timed_out);
            }
            EXPECT_EQ(short_sleep(), std::errc::timed_out);
        }
        EXPECT_EQ(short_sleep(), std::error_code{});
    });
}

TEST(Timeout, IsLeftByAnException) {
    fibers::run([] {
        try {
            fibers::timeout_scope over{steady_clock::now() - 1s};
            fibers::this_fiber::sleep_for(1ms);
            ADD_FAILURE() << "nothing thrown";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), std::errc::timed_out);
        }
        EXPECT_EQ(short_sleep(), std::error_code{});
    });
}

TEST(Timeout, IsTheFibersOwn) {
    fibers::run([] {
        fibers::timeout_scope over{steady_clock::now() - 1s};
        auto other = fibers::spawn(short_sleep);
        while (other.joinable()) {
            try {
                EXPECT_EQ(other.join(), std::error_code{});
            } catch (const std::system_error&) {
                fibers::this_fiber::yield(); // the join is ours, and has no time
            }
        }
    });
}

TEST(Timeout, DoesNotTouchWhatTakesLess) {
    fibers::run([] {
        fibers::timeout_scope limit{1h};
        EXPECT_EQ(short_sleep(), std::error_code{});
        fibers::timed_mutex held;
        held.lock();
        EXPECT_FALSE(held.try_lock_for(1ms)); // its own time is up: no error
        held.unlock();
    });
}

TEST(Timeout, OfAnyLengthIsUnderstood) {
    fibers::run([] {
        for (const auto endless : {std::chrono::hours::max(), std::chrono::hours{1'000'000}}) {
            fibers::timeout_scope limit{endless};
            EXPECT_EQ(short_sleep(), std::error_code{});
        }
        {
            fibers::timeout_scope limit{
                std::chrono::duration<double>{std::numeric_limits<double>::infinity()}};
            EXPECT_EQ(short_sleep(), std::error_code{});
        }
        {
            fibers::timeout_scope limit{steady_clock::time_point::max()};
            EXPECT_EQ(short_sleep(), std::error_code{});
        }
        {
            fibers::timeout_scope limit{std::chrono::duration<double, std::milli>{0.5}};
            EXPECT_EQ(test::error_of([] { fibers::this_fiber::sleep_for(1h); }),
                      std::errc::timed_out);
        }
    });
}

TEST(Timeout, LeavesTheWorkDoneInTimeAlone) {
    fibers::run([] {
        // Each deadline is armed and never fires; the next is later.
        for (int i = 0; i < 10'000; ++i) {
            fibers::timeout_scope idle{1h};
            auto f = fibers::spawn([] {});
            f.join();
        }
    });
}

} // namespace
