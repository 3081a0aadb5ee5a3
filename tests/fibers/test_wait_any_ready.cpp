#include <fibers/wait_any_ready.hpp>

#include <fibers/now.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <array>
#include <chrono>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::direction;
using fibers::readiness;
using fibers::wait_any_ready;
using std::chrono::steady_clock;

constexpr auto no_deadline = steady_clock::time_point::max();

class WaitAnyReady : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, WaitAnyReady, test::every_place, test::name_of_place);

/// Three pipes to read from, of which nothing is known to be there.
struct three_pipes {
    three_pipes() {
        for (readiness& each : ready)
            EXPECT_FALSE(each.wait(direction::read)); // new: it may be ready
    }

    std::array<test::descriptor_pair, 3> pipes{test::nonblocking_pipe(), test::nonblocking_pipe(),
                                               test::nonblocking_pipe()};
    std::array<readiness, 3> ready{readiness{pipes[0].reader.handle()},
                                   readiness{pipes[1].reader.handle()},
                                   readiness{pipes[2].reader.handle()}};
    std::array<fibers::awaited_readiness, 3> awaited{
        {{&ready[0], direction::read}, {&ready[1], direction::read}, {&ready[2], direction::read}}};
};

TEST_P(WaitAnyReady, ReturnsTheOneThatIsReady) {
    run([] {
        three_pipes three;
        three.pipes[1].writer.put();
        EXPECT_EQ(wait_any_ready(three.awaited, no_deadline), 1U);
    });
}

TEST_P(WaitAnyReady, IsWokenByTheOneThatBecomesReady) {
    run([&] {
        three_pipes three;
        auto waiter = start([&] { EXPECT_EQ(wait_any_ready(three.awaited, no_deadline), 2U); });
        settle();
        three.pipes[2].writer.put();
        waiter.join();
    });
}

TEST_P(WaitAnyReady, LeavesTheOthersReady) {
    run([] {
        three_pipes three;
        three.pipes[0].writer.put();
        three.pipes[2].writer.put();
        const auto first = wait_any_ready(three.awaited, no_deadline);
        EXPECT_TRUE(three.pipes[first].reader.take()); // a plain thread asks the system each time
        const auto second = wait_any_ready(three.awaited, no_deadline);
        EXPECT_EQ(first + second, 2U);
        EXPECT_NE(first, second);
    });
}

TEST_P(WaitAnyReady, WaitsInBothDirections) {
    run([] {
        const auto ends = test::nonblocking_socketpair();
        readiness ready{ends.reader.handle()};
        EXPECT_FALSE(ready.wait(direction::read));
        const std::array<fibers::awaited_readiness, 2> awaited{
            {{&ready, direction::read}, {&ready, direction::write}}};
        EXPECT_EQ(wait_any_ready(awaited, no_deadline), 1U);
    });
}

TEST_P(WaitAnyReady, ReturnsTheirNumberAtTheDeadline) {
    run([] {
        three_pipes three;
        const auto deadline = fibers::now() + 20ms;
        EXPECT_EQ(wait_any_ready(three.awaited, deadline), 3U);
        EXPECT_GE(fibers::now(), deadline);
    });
}

TEST_P(WaitAnyReady, OfNoneWaitsForTheDeadline) {
    run([] {
        const auto deadline = fibers::now() + 20ms;
        EXPECT_EQ(wait_any_ready({}, deadline), 0U);
        EXPECT_GE(fibers::now(), deadline);
    });
}

TEST_P(WaitAnyReady, FailsAtTheAmbientDeadline) {
    run([] {
        three_pipes three;
        const fibers::timeout_scope limit{20ms};
        EXPECT_EQ(
            test::error_of([&] { static_cast<void>(wait_any_ready(three.awaited, no_deadline)); }),
            std::errc::timed_out);
    });
}

} // namespace
