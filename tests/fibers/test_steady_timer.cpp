#include <fibers/steady_timer.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>

#include <atomic>
#include <chrono>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::steady_timer;
using std::chrono::steady_clock;

class SteadyTimer : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, SteadyTimer, test::every_place, test::name_of_place);

TEST_P(SteadyTimer, WaitsForItsMoment) {
    run([] {
        const auto begin = steady_clock::now();
        steady_timer timer{2ms};
        timer.wait();
        EXPECT_GE(steady_clock::now() - begin, 2ms);
        EXPECT_EQ(timer.expires_at(begin + 4ms), 0U);
        EXPECT_EQ(timer.expiry(), begin + 4ms);
        timer.wait();
        EXPECT_GE(steady_clock::now() - begin, 4ms);
        EXPECT_EQ(timer.expires_after(2ms), 0U);
        timer.wait();
        EXPECT_GE(steady_clock::now() - begin, 6ms);
    });
}

TEST_P(SteadyTimer, DoesNotWaitForWhatIsPast) {
    run([] {
        steady_timer{}.wait();
        steady_timer timer{-1h};
        timer.wait();
        timer.wait();
    });
}

TEST_P(SteadyTimer, CancelEndsAllWaits) {
    run([&] {
        steady_timer timer{1h};
        std::atomic<int> canceled = 0;
        std::vector<test::task> waiters;
        for (int i = 0; i < 3; ++i)
            waiters.push_back(start([&] {
                std::error_code ec;
                timer.wait(ec);
                canceled += ec == std::errc::operation_canceled;
            }));
        std::size_t ended = 0;
        ASSERT_TRUE(test::eventually([&] { return (ended += timer.cancel()) == 3; }));
        for (auto& w : waiters)
            w.join();
        EXPECT_EQ(canceled, 3);
        EXPECT_EQ(timer.cancel(), 0U);
    });
}

TEST_P(SteadyTimer, CancelDoesNothingToALaterWait) {
    run([] {
        steady_timer timer{1ms};
        EXPECT_EQ(timer.cancel(), 0U);
        timer.wait();
    });
}

TEST_P(SteadyTimer, MovingTheMomentEndsTheWaitsForTheFormerOne) {
    run([&] {
        steady_timer timer{1h};
        auto waiter = start([&] {
            EXPECT_EQ(test::error_of([&] { timer.wait(); }), std::errc::operation_canceled);
            while (test::error_of([&] { timer.wait(); })) {
            }
        });
        ASSERT_TRUE(test::eventually([&] { return timer.expires_after(2h) == 1; }));
        timer.expires_after(1ms);
        waiter.join();
    });
}

TEST_P(SteadyTimer, HonoursTheAmbientDeadline) {
    run([] {
        steady_timer timer{1h};
        fibers::timeout_scope limit{1ms};
        EXPECT_EQ(test::error_of([&] { timer.wait(); }), std::errc::timed_out);
        EXPECT_EQ(timer.cancel(), 0U);
    });
}

} // namespace
