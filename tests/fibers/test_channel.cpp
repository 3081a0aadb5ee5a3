#include <fibers/sync/channel.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/clocks.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::channel;
using fibers::channel_errc;
using std::chrono::steady_clock;

const std::error_code no_error{};

class Channel : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Channel, test::every_place, test::name_of_place);

TEST_P(Channel, DeliversInOrderWhateverItsCapacity) {
    for (const std::size_t capacity :
         {std::size_t{0}, std::size_t{1}, std::size_t{7}, fibers::unbounded})
        run([&] {
            channel<int> numbers{capacity};
            auto sender = start([&] {
                for (int i = 0; i < 1'000; ++i)
                    numbers.send(i);
                numbers.close();
            });
            int expected = 0;
            for (int n : numbers)
                EXPECT_EQ(n, expected++);
            EXPECT_EQ(expected, 1'000);
            sender.join();
        });
}

TEST_P(Channel, WithoutCapacityASenderWaitsForAReceiver) {
    run([&] {
        channel<int> numbers;
        std::atomic<bool> sent = false;
        auto sender = start([&] {
            numbers.send(1);
            sent = true;
        });
        settle();
        EXPECT_FALSE(sent);
        EXPECT_EQ(numbers.receive(), 1);
        sender.join();
    });
}

TEST_P(Channel, ASenderWaitsWhereThereIsNoRoom) {
    run([&] {
        channel<int> numbers{2};
        std::atomic<int> sent = 0;
        auto sender = start([&] {
            for (int i = 0; i < 4; ++i) {
                numbers.send(i);
                ++sent;
            }
        });
        ASSERT_TRUE(test::eventually([&] { return sent == 2; }));
        settle();
        EXPECT_EQ(sent, 2);
        for (int i = 0; i < 4; ++i)
            EXPECT_EQ(numbers.receive(), i);
        sender.join();
    });
}

TEST_P(Channel, UnboundedAlwaysHasRoom) {
    run([&] {
        channel<std::string> words{fibers::unbounded};
        for (int i = 0; i < 10'000; ++i)
            EXPECT_TRUE(words.try_send(std::to_string(i)));
        EXPECT_EQ(words.size(), 10'000U);
        for (int i = 0; i < 10'000; ++i)
            EXPECT_EQ(words.receive(), std::to_string(i));
    });
}

TEST_P(Channel, ReceiversGetTheirTurnInTheOrderOfArrival) {
    run([&] {
        channel<int> numbers;
        std::array<std::optional<int>, 3> received;
        std::vector<test::task> receivers;
        for (auto& into : received) {
            receivers.push_back(start([&] { into = numbers.receive(); }));
            settle();
        }
        for (int i = 0; i < 3; ++i)
            EXPECT_TRUE(numbers.try_send(i));
        for (auto& r : receivers)
            r.join();
        for (int i = 0; i < 3; ++i)
            EXPECT_EQ(received[static_cast<std::size_t>(i)], i);
    });
}

TEST_P(Channel, SendersGetTheirTurnInTheOrderOfArrivalAndAfterWhatIsThere) {
    run([&] {
        channel<int> numbers{1};
        numbers.send(0);
        std::vector<test::task> senders;
        for (int i = 1; i < 4; ++i) {
            senders.push_back(start([&, i] { numbers.send(i); }));
            settle();
        }
        for (int i = 0; i < 4; ++i)
            EXPECT_EQ(numbers.try_receive(), i);
        EXPECT_EQ(numbers.try_receive(), std::nullopt);
        for (auto& s : senders)
            s.join();
    });
}

TEST_P(Channel, TryFormsDoNotWait) {
    run([&] {
        channel<int> numbers;
        EXPECT_FALSE(numbers.try_send(1));
        EXPECT_EQ(numbers.try_receive(), std::nullopt);
        channel<int> one{1};
        EXPECT_TRUE(one.try_send(1));
        EXPECT_FALSE(one.try_send(2));
        EXPECT_EQ(one.try_receive(), 1);
        EXPECT_EQ(one.try_receive(), std::nullopt);
    });
}

TEST_P(Channel, TimedFormsGiveUpWhenTheTimeIsUp) {
    run([&] {
        channel<int> numbers;
        const auto begin = steady_clock::now();
        EXPECT_EQ(numbers.receive_for(2ms), std::nullopt);
        EXPECT_FALSE(numbers.send_for(1, 2ms));
        EXPECT_GE(steady_clock::now() - begin, 4ms);
        EXPECT_FALSE(numbers.ended());

        const auto slow = test::slow_clock::now() + 2ms;
        EXPECT_EQ(numbers.receive_until(slow), std::nullopt);
        EXPECT_GE(test::slow_clock::now(), slow);
        test::jumping_clock::start();
        const auto jumping = test::jumping_clock::now() + 2ms;
        EXPECT_FALSE(numbers.send_until(1, jumping));
        EXPECT_GE(test::jumping_clock::now(), jumping);

        std::error_code ec = channel_errc::closed;
        EXPECT_EQ(numbers.receive_for(1us, ec), std::nullopt);
        EXPECT_EQ(ec, no_error);
        EXPECT_FALSE(numbers.send_for(1, 1us, ec));
        EXPECT_EQ(ec, no_error);
        EXPECT_EQ(numbers.try_receive(), std::nullopt); // nobody has sent in the end
    });
}

TEST_P(Channel, TimedFormsSucceedInTime) {
    run([&] {
        channel<int> numbers;
        auto sender = start([&] {
            EXPECT_TRUE(numbers.send_for(1, 1h));
            EXPECT_TRUE(numbers.send_until(2, steady_clock::now() + 1h));
        });
        settle();
        EXPECT_EQ(numbers.receive_for(1h), 1);
        EXPECT_EQ(numbers.receive_until(std::chrono::system_clock::now() + 1h), 2);
        sender.join();
    });
}

TEST_P(Channel, WhatIsNotSentStaysWithItsCaller) {
    run([&] {
        channel<std::unique_ptr<int>> numbers;
        auto mine = std::make_unique<int>(5);
        EXPECT_FALSE(numbers.try_send(std::move(mine)));
        ASSERT_TRUE(mine);
        EXPECT_FALSE(numbers.send_for(std::move(mine), 1ms));
        ASSERT_TRUE(mine);
        std::error_code ec;
        {
            fibers::timeout_scope limit{1ms};
            numbers.send(std::move(mine), ec);
        }
        EXPECT_EQ(ec, std::errc::timed_out);
        ASSERT_TRUE(mine);
        numbers.close();
        numbers.send(std::move(mine), ec);
        EXPECT_EQ(ec, channel_errc::closed);
        ASSERT_TRUE(mine);
        EXPECT_EQ(*mine, 5);
    });
}

TEST_P(Channel, CarriesWhatCanOnlyBeMoved) {
    run([&] {
        for (const std::size_t capacity : {0U, 2U}) {
            channel<std::unique_ptr<int>> numbers{capacity};
            auto sender = start([&] {
                for (int i = 0; i < 100; ++i)
                    numbers.send(std::make_unique<int>(i));
                numbers.close();
            });
            int sum = 0;
            for (auto n : numbers)
                sum += *n;
            EXPECT_EQ(sum, 4'950);
            sender.join();
        }
    });
}

TEST_P(Channel, CopiesAndConvertsWhatItIsGiven) {
    run([&] {
        channel<std::string> words{4};
        const std::string constant = "constant";
        std::string variable = "variable";
        words.send(constant);
        words.send(variable);
        words.send("literal");
        words.send({"braces and more", 6});
        EXPECT_EQ(variable, "variable");
        for (const char* expected : {"constant", "variable", "literal", "braces"})
            EXPECT_EQ(words.receive(), expected);
    });
}

TEST_P(Channel, SendingFailsWhenItIsClosed) {
    run([&] {
        for (const std::size_t capacity : {0U, 2U}) {
            channel<int> numbers{capacity};
            numbers.close();
            numbers.close();
            const auto is_closed = [](std::error_code ec) {
                EXPECT_EQ(ec, channel_errc::closed);
                EXPECT_EQ(ec, std::errc::broken_pipe);
            };
            is_closed(test::error_of([&] { numbers.send(1); }));
            is_closed(test::error_of([&] { static_cast<void>(numbers.try_send(1)); }));
            is_closed(test::error_of([&] { static_cast<void>(numbers.send_for(1, 1h)); }));
            std::error_code ec;
            EXPECT_FALSE(numbers.try_send(1, ec));
            is_closed(ec);
            EXPECT_EQ(test::message_of([&] { numbers.send(1); }),
                      "fibers::channel::send: The channel is closed");
        }
    });
}

TEST_P(Channel, ReceiversDrainAClosedChannelAndThenSeeTheEnd) {
    run([&] {
        channel<int> numbers{8};
        for (int i = 0; i < 3; ++i)
            numbers.send(i);
        numbers.close();
        EXPECT_FALSE(numbers.ended());
        EXPECT_EQ(numbers.receive(), 0);
        EXPECT_EQ(numbers.try_receive(), 1);
        EXPECT_EQ(numbers.receive_for(1h), 2);
        EXPECT_TRUE(numbers.ended());
        EXPECT_EQ(numbers.receive(), std::nullopt);
        EXPECT_EQ(numbers.receive_for(1h), std::nullopt);
        std::error_code ec = channel_errc::closed;
        EXPECT_EQ(numbers.receive(ec), std::nullopt);
        EXPECT_EQ(ec, no_error);
    });
}

TEST_P(Channel, ClosingWakesAllWhoWait) {
    run([&] {
        channel<int> empty, full{1};
        full.send(0);
        std::vector<test::task> tasks;
        for (int i = 0; i < 3; ++i) {
            tasks.push_back(start([&] { EXPECT_EQ(empty.receive(), std::nullopt); }));
            tasks.push_back(start(
                [&] { EXPECT_EQ(test::error_of([&] { full.send(1); }), channel_errc::closed); }));
        }
        settle();
        empty.close();
        full.close();
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(full.receive(), 0); // what had been sent before
        EXPECT_EQ(full.receive(), std::nullopt);
    });
}

TEST_P(Channel, ServesWhoComesAfterOneThatHasGivenUp) {
    run([&] {
        channel<int> numbers;
        auto hasty = start([&] { EXPECT_EQ(numbers.receive_for(1ms), std::nullopt); });
        hasty.join();
        auto patient = start([&] { EXPECT_EQ(numbers.receive(), 7); });
        numbers.send(7);
        patient.join();
    });
}

TEST_P(Channel, DestroysWhatNobodyHasReceived) {
    run([&] {
        const auto witness = std::make_shared<int>(1);
        {
            channel<std::shared_ptr<int>> left{fibers::unbounded};
            for (int i = 0; i < 1'000; ++i)
                left.send(witness);
            EXPECT_EQ(left.receive(), witness);
        }
        EXPECT_EQ(witness.use_count(), 1);
    });
}

TEST_P(Channel, MayBeDestroyedByWhoReceivesTheLastValue) {
    run([&] {
        for (int i = 0; i < 300; ++i) {
            auto numbers = std::make_unique<channel<int>>();
            auto sender = start([&c = *numbers] { c.send(1); });
            EXPECT_EQ(numbers->receive(), 1);
            numbers.reset();
            sender.join();
        }
    });
}

TEST_P(Channel, MayBeDestroyedByWhoSeesTheEnd) {
    run([&] {
        for (int i = 0; i < 300; ++i) {
            auto numbers = std::make_unique<channel<int>>();
            auto closer = start([&c = *numbers] { c.close(); });
            EXPECT_EQ(numbers->receive(), std::nullopt);
            numbers.reset();
            closer.join();
        }
    });
}

} // namespace
