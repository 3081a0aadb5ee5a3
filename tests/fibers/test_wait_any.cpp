#include <fibers/wait_any.hpp>

#include <fibers/runtime.hpp>
#include <fibers/sync/channel.hpp>
#include <fibers/sync/promise.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/random_moments.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <chrono>
#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class WaitAny : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, WaitAny, test::worker_counts, testing::PrintToStringParamName());

TEST_P(WaitAny, TellsWhichHasEnded) {
    run([] {
        auto late = fibers::spawn([] { fibers::this_fiber::sleep_for(1h); });
        auto early = fibers::spawn([] {
            fibers::this_fiber::sleep_for(1ms);
            return std::string{"early"};
        });
        EXPECT_EQ(fibers::wait_any(late, early), 1U);
        EXPECT_EQ(fibers::wait_any(late, early), 1U);
        EXPECT_EQ(early.join(), "early");
    });
}

TEST_P(WaitAny, LeavesTheOthersToBeJoined) {
    run([] {
        fibers::channel<int> numbers;
        auto early = fibers::spawn([] {});
        auto late = fibers::spawn([&] { return numbers.receive(); });
        EXPECT_EQ(fibers::wait_any(late, early), 1U);
        numbers.send(4);
        EXPECT_EQ(late.join(), 4);
    });
}

TEST_P(WaitAny, TakesFibersAndFuturesTogether) {
    run([] {
        fibers::promise<int> promise;
        fibers::future<int> result = promise.get_future();
        auto late = fibers::spawn([] { fibers::this_fiber::sleep_for(1h); });
        auto setter = fibers::spawn([&] {
            fibers::this_fiber::sleep_for(1ms);
            promise.set_value(3);
        });
        EXPECT_EQ(fibers::wait_any(late, result), 1U);
        EXPECT_EQ(result.get(), 3);
        setter.join();
    });
}

TEST_P(WaitAny, TakesTheSameFiberTwice) {
    run([] {
        auto f = fibers::spawn([] { fibers::this_fiber::sleep_for(1ms); });
        EXPECT_LT(fibers::wait_any(f, f), 2U);
    });
}

TEST_P(WaitAny, FailsWhereThereIsNoFiber) {
    run([] {
        fibers::fiber<void> none;
        const auto wait = [&] { static_cast<void>(fibers::wait_any(none)); };
        EXPECT_EQ(test::error_of(wait), std::errc::invalid_argument);
        EXPECT_EQ(test::message_of(wait), "fibers::wait_any: there is no fiber: Invalid argument");
    });
}

TEST_P(WaitAny, HonoursTheAmbientDeadline) {
    run([] {
        auto late = fibers::spawn([] { fibers::this_fiber::sleep_for(1h); });
        fibers::timeout_scope limit{1ms};
        EXPECT_EQ(test::error_of([&] { static_cast<void>(fibers::wait_any(late)); }),
                  std::errc::timed_out);
    });
}

TEST_P(WaitAny, AnEndAndAValueThatComeTogetherAreNotLost) {
    run([] {
        test::random_moments moments{2};
        for (int i = 0; i < test::scaled(3'000); ++i) {
            fibers::channel<int> numbers;
            auto ends = fibers::spawn([work = moments.up_to(3us)] { test::spin_for(work); });
            auto sends = fibers::spawn([&, work = moments.up_to(3us)] {
                test::spin_for(work);
                return numbers.send_for(1, 1h);
            });
            bool received = false, ended = false;
            while (!received || !ended) {
                if (ended)
                    received = numbers.receive().has_value();
                else if (received)
                    ended = fibers::wait_any(ends) == 0;
                else
                    fibers::select(
                        fibers::on_end(ends, [&] { ended = true; }),
                        fibers::on_receive(numbers, [&](std::optional<int>) { received = true; }));
            }
            EXPECT_TRUE(sends.join());
        }
    });
}

} // namespace
