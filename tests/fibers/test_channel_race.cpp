// Values that pass from hand to hand while receivers and senders give up, are stopped, or meet the
// end: each arrives once or stays with its sender.

#include <fibers/runtime.hpp>
#include <fibers/sync/channel.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/random_moments.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::channel;
using fibers::channel_errc;

constexpr std::chrono::nanoseconds moment = 20us; ///< in which everything happens

class ChannelRace : public test::everywhere {
  protected:
    /// Several send 1, 2 … each, several receive, until all that was sent has come.
    void pass_on(std::size_t capacity, int producers, int consumers, int values_of_each) {
        run([&] {
            channel<std::int64_t> numbers{capacity};
            std::atomic<std::int64_t> sum = 0, count = 0;
            std::vector<test::task> senders, receivers;
            for (int c = 0; c < consumers; ++c)
                receivers.push_back(start([&] {
                    std::int64_t own_sum = 0, own_count = 0;
                    for (const std::int64_t n : numbers) {
                        own_sum += n;
                        ++own_count;
                    }
                    sum += own_sum;
                    count += own_count;
                }));
            for (int p = 0; p < producers; ++p)
                senders.push_back(start([&] {
                    for (int i = 1; i <= values_of_each; ++i)
                        numbers.send(i);
                }));
            for (auto& s : senders)
                s.join();
            numbers.close();
            for (auto& r : receivers)
                r.join();
            const std::int64_t each = values_of_each;
            EXPECT_EQ(count, each * producers);
            EXPECT_EQ(sum, each * (each + 1) / 2 * producers);
        });
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, ChannelRace, test::every_place, test::name_of_place);

TEST_P(ChannelRace, AMillionValuesPassABufferedChannel) {
    pass_on(128, 4, 4, test::scaled(GetParam() == test::place::one_worker ? 250'000 : 25'000));
}

TEST_P(ChannelRace, ManyValuesPassAnUnboundedChannel) {
    pass_on(fibers::unbounded, 4, 3, test::scaled(25'000));
}

TEST_P(ChannelRace, ManyValuesPassFromHandToHand) {
    pass_on(0, 3, 4, test::scaled(4'000));
}

TEST_P(ChannelRace, NothingIsLostWhenBothSidesAreHasty) {
    for (const std::size_t capacity : {0U, 3U})
        run([&] {
            channel<std::unique_ptr<int>> numbers{capacity};
            std::atomic<int> sent = 0, received = 0, senders = 3;
            std::vector<test::task> tasks;
            for (unsigned t = 0; t < 3; ++t) {
                tasks.push_back(start([&, t] {
                    test::random_moments moments{t + 1};
                    for (int i = 0; i < test::scaled(1'500); ++i) {
                        auto value = std::make_unique<int>(1);
                        if (numbers.send_for(std::move(value), moments.up_to(moment)))
                            ++sent;
                        else
                            EXPECT_TRUE(value);
                    }
                    if (--senders == 0)
                        numbers.close();
                }));
                tasks.push_back(start([&, t] {
                    test::random_moments moments{t + 11};
                    while (!numbers.ended())
                        if (const auto got = numbers.receive_for(moments.up_to(moment)))
                            received += *got.value();
                }));
            }
            for (auto& t : tasks)
                t.join();
            EXPECT_EQ(sent, received);
            EXPECT_GT(sent, 0);
        });
}

TEST_P(ChannelRace, WhatIsSentWhileItIsClosedArrivesOrFails) {
    run([&] {
        test::random_moments moments{5};
        for (int round = 0; round < test::scaled(300); ++round) {
            channel<int> numbers{static_cast<std::size_t>(round % 3)};
            std::atomic<int> sent = 0, received = 0;
            std::vector<test::task> tasks;
            for (int t = 0; t < 2; ++t) {
                tasks.push_back(start([&] {
                    std::error_code ec;
                    for (numbers.send(1, ec); !ec; numbers.send(1, ec))
                        ++sent;
                    EXPECT_EQ(ec, channel_errc::closed);
                }));
                tasks.push_back(start([&] {
                    for (const int n : numbers)
                        received += n;
                }));
            }
            fibers::this_fiber::yield();
            test::spin_for(moments.up_to(moment));
            numbers.close();
            for (auto& t : tasks)
                t.join();
            ASSERT_EQ(sent, received);
        }
    });
}

class ChannelStopRace : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, ChannelStopRace, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(ChannelStopRace, AValueIsNotLostToAStoppedReceiver) {
    run([] {
        test::random_moments moments{3};
        for (int i = 0; i < test::scaled(5'000); ++i) {
            channel<int> numbers;
            auto victim = fibers::spawn([&] {
                std::error_code ec;
                const bool got = numbers.receive(ec).has_value();
                EXPECT_NE(got, ec == std::errc::operation_canceled);
                return got;
            });
            auto stopper = fibers::spawn([&, when = moments.up_to(moment / 4)] {
                test::spin_for(when);
                victim.request_stop();
            });
            fibers::this_fiber::yield();
            test::spin_for(moments.up_to(moment / 4));
            const bool sent = numbers.try_send(1);
            stopper.join();
            ASSERT_EQ(victim.join(), sent);
        }
    });
}

TEST_P(ChannelStopRace, AStoppedSenderHasSentOrNot) {
    run([] {
        test::random_moments moments{4};
        for (int i = 0; i < test::scaled(5'000); ++i) {
            channel<std::unique_ptr<int>> numbers;
            auto victim = fibers::spawn([&] {
                auto value = std::make_unique<int>(1);
                std::error_code ec;
                numbers.send(std::move(value), ec);
                EXPECT_EQ(value != nullptr, ec == std::errc::operation_canceled);
                return !ec;
            });
            auto stopper = fibers::spawn([&, when = moments.up_to(moment / 4)] {
                test::spin_for(when);
                victim.request_stop();
            });
            fibers::this_fiber::yield();
            test::spin_for(moments.up_to(moment / 4));
            const bool received = numbers.try_receive().has_value();
            stopper.join();
            ASSERT_EQ(victim.join(), received);
        }
    });
}

TEST_P(ChannelStopRace, AnAmbientDeadlineThatPassesWithTheHandOverLosesNothing) {
    run([] {
        test::random_moments moments{6};
        for (int i = 0; i < test::scaled(5'000); ++i) {
            channel<int> numbers;
            auto hasty = fibers::spawn([&, patience = moments.up_to(moment)] {
                fibers::timeout_scope limit{patience};
                std::error_code ec;
                const bool got = numbers.receive(ec).has_value();
                EXPECT_NE(got, ec == std::errc::timed_out);
                return got;
            });
            fibers::this_fiber::yield();
            test::spin_for(moments.up_to(moment));
            const bool sent = numbers.try_send(1);
            ASSERT_EQ(hasty.join(), sent);
        }
    });
}

} // namespace
