#include <fibers/sync/channel.hpp>

#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/stubborn.hpp>

#include <stdexcept>

#include <gtest/gtest.h>

namespace {

using fibers::channel;
using test::stubborn;

class ChannelExceptions : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, ChannelExceptions, test::every_place, test::name_of_place);

TEST_P(ChannelExceptions, ASendWhoseMoveThrowsHasNotSent) {
    run([&] {
        channel<stubborn> room{1};
        EXPECT_THROW(room.send(stubborn{1, 0b1}), std::runtime_error);
        EXPECT_EQ(room.size(), 0U);

        channel<stubborn> none;
        auto receiver = start([&] {
            const auto got = none.receive();
            ASSERT_TRUE(got);
            EXPECT_EQ(got->number, 3);
        });
        settle();
        EXPECT_THROW(none.send(stubborn{2, 0b1}), std::runtime_error);
        none.send(stubborn{3, 0}); // the receiver waits still
        receiver.join();
    });
}

TEST_P(ChannelExceptions, AReceiveWhoseMoveThrowsHasNotReceived) {
    run([&] {
        channel<stubborn> room{1};
        room.send(stubborn{1, 0b10});
        EXPECT_THROW(static_cast<void>(room.receive()), std::runtime_error);
        EXPECT_EQ(room.receive()->number, 1);

        channel<stubborn> none;
        auto sender = start([&] { none.send(stubborn{2, 0b1}); });
        settle();
        EXPECT_THROW(static_cast<void>(none.receive()), std::runtime_error);
        EXPECT_EQ(none.receive()->number, 2);
        sender.join();
    });
}

TEST_P(ChannelExceptions, WhatAWaitingSendersMoveThrowsDoesNotMeetTheReceiver) {
    run([&] {
        channel<stubborn> room{1};
        room.send(stubborn{1, 0});
        auto sender = start([&] {
            EXPECT_THROW(room.send(stubborn{2, 0b11}), std::runtime_error);
        });
        settle();
        EXPECT_EQ(room.receive()->number, 1);
        sender.join();
        EXPECT_EQ(room.size(), 0U);
    });
}

} // namespace
