#include <fibers/cancellation.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>

#include <chrono>
#include <optional>
#include <stdexcept>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

std::error_code short_sleep() {
    return test::error_of([] { fibers::this_fiber::sleep_for(1ms); });
}

/// Calls `body` in a fiber that has been asked to stop.
template <class F>
void run_stopped(F body) {
    fibers::run([&] {
        auto f = fibers::spawn([&] {
            EXPECT_TRUE(fibers::this_fiber::stop_requested());
            body();
        });
        f.request_stop();
        f.join();
    });
}

TEST(Shield, NestsAndEndsWithTheOutermost) {
    run_stopped([] {
        std::optional<fibers::cancellation_shield> outer{std::in_place};
        {
            const fibers::cancellation_shield inner;
            EXPECT_EQ(short_sleep(), std::error_code{});
        }
        EXPECT_EQ(short_sleep(), std::error_code{});
        outer.reset();
        EXPECT_EQ(short_sleep(), std::errc::operation_canceled);
    });
}

TEST(Shield, LetsADestructorCleanUpDuringUnwinding) {
    bool cleaned = false;
    run_stopped([&] {
        struct cleaner {
            bool& done;
            ~cleaner() {
                const fibers::cancellation_shield shield;
                fibers::this_fiber::sleep_for(1ms);
                auto helper = fibers::spawn([] { return 5; });
                done = helper.join() == 5;
            }
        };
        EXPECT_EQ(test::error_of([&] {
                      const cleaner at_the_end{cleaned};
                      fibers::this_fiber::sleep_for(1h);
                  }),
                  std::errc::operation_canceled);
    });
    EXPECT_TRUE(cleaned);
}

TEST(Shield, TakesAwayWhatTimeoutsInsideHaveSet) {
    fibers::run([] {
        const fibers::cancellation_shield outer;
        fibers::timeout_scope over{std::chrono::steady_clock::now() - 1s};
        EXPECT_EQ(short_sleep(), std::errc::timed_out);
        {
            const fibers::cancellation_shield inner;
            EXPECT_EQ(short_sleep(), std::error_code{});
        }
        EXPECT_EQ(short_sleep(), std::errc::timed_out);
    });
}

TEST(Shield, OfASpawnerHidesItsDeadlineFromItsChildrenToo) {
    fibers::run([] {
        fibers::timeout_scope over{std::chrono::steady_clock::now() - 1s};
        const fibers::cancellation_shield shield;
        std::error_code child = std::make_error_code(std::errc::io_error);
        fibers::scope children;
        children.spawn([&] { child = short_sleep(); });
        children.join();
        EXPECT_EQ(child, std::error_code{});
    });
}

TEST(Shield, IsTheFibersOwn) {
    fibers::run([] {
        const fibers::cancellation_shield shield;
        auto bare = fibers::spawn(short_sleep);
        bare.request_stop();
        EXPECT_EQ(bare.join(), std::errc::operation_canceled);
    });
}

} // namespace
