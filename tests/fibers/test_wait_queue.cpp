#include <fibers/detail/wait_queue.hpp>

#include <fibers/detail/agent.hpp>

#include <array>

#include <gtest/gtest.h>

namespace {

using fibers::detail::agent;
using fibers::detail::agent_list;
using fibers::detail::outcome;
using fibers::detail::wait_node;
using fibers::detail::wait_queue;

/// An agent that has begun to park, and its node.
struct waiting {
    agent who;
    wait_node node{who};

    waiting() { who.begin_park(true); }
    bool times_out() { return who.claim(outcome::timed_out); }
};

class WaitQueue : public testing::Test {
  protected:
    wait_queue queue_;
    waiting a_, b_, c_;
};

TEST_F(WaitQueue, ClaimsInTheOrderOfArrival) {
    EXPECT_TRUE(queue_.empty());
    EXPECT_EQ(queue_.claim_first(), nullptr);
    queue_.push_back(a_.node);
    queue_.push_back(b_.node);
    queue_.push_front(c_.node);
    for (waiting* expected : {&c_, &a_, &b_}) {
        EXPECT_FALSE(queue_.empty());
        EXPECT_EQ(queue_.claim_first(), &expected->node);
        EXPECT_EQ(expected->who.last_outcome(), outcome::woken);
        EXPECT_FALSE(expected->times_out());
    }
    EXPECT_TRUE(queue_.abandoned());
}

TEST_F(WaitQueue, ClaimsAsManyOfThoseThatAreWantedAsItIsAllowed) {
    for (waiting* w : {&a_, &b_, &c_})
        queue_.push_back(w->node);
    const auto not_b = [this](const wait_node& node) { return &node != &b_.node; };
    agent_list claimed;
    EXPECT_EQ(queue_.claim_if(not_b, 1, claimed), 1u);
    EXPECT_EQ(&claimed.pop_front(), &a_.who);
    EXPECT_EQ(queue_.claim_if(not_b, 5, claimed), 1u);
    EXPECT_EQ(&claimed.pop_front(), &c_.who);
    EXPECT_EQ(queue_.claim_if(not_b, 5, claimed), 0u);
    EXPECT_EQ(queue_.claim_first(), &b_.node);
    EXPECT_EQ(queue_.claim_if(not_b, 5, claimed), 0u);
    EXPECT_TRUE(queue_.abandoned());
}

TEST_F(WaitQueue, DoesNotCountThoseWhoseWaitHasEndedOtherwise) {
    queue_.push_back(a_.node);
    queue_.push_back(b_.node);
    ASSERT_TRUE(a_.times_out());
    agent_list claimed;
    EXPECT_EQ(queue_.claim_if([](const wait_node&) { return true; }, 1, claimed), 1u);
    EXPECT_EQ(&claimed.pop_front(), &b_.who);
    EXPECT_FALSE(queue_.abandoned());
    queue_.leave(a_.node);
    EXPECT_TRUE(queue_.abandoned());
}

TEST_F(WaitQueue, PassesOverThoseWhoseWaitHasEndedOtherwise) {
    queue_.push_back(a_.node);
    queue_.push_back(b_.node);
    ASSERT_TRUE(a_.times_out());
    EXPECT_EQ(queue_.claim_first(), &b_.node);
    EXPECT_EQ(a_.who.last_outcome(), outcome::timed_out);
    EXPECT_EQ(queue_.claim_first(), nullptr);
}

TEST_F(WaitQueue, IsAbandonedWhenThoseItPassedOverHaveLeft) {
    queue_.push_back(a_.node);
    queue_.push_back(b_.node);
    ASSERT_TRUE(a_.times_out());
    ASSERT_TRUE(b_.times_out());
    EXPECT_FALSE(queue_.abandoned());
    EXPECT_EQ(queue_.claim_first(), nullptr);
    EXPECT_TRUE(queue_.empty());
    EXPECT_FALSE(queue_.abandoned());
    queue_.leave(b_.node);
    EXPECT_FALSE(queue_.abandoned());
    queue_.leave(a_.node);
    EXPECT_TRUE(queue_.abandoned());
}

TEST_F(WaitQueue, LetsAnyoneLeaveFromAnyPlace) {
    const std::array<std::array<waiting*, 3>, 6> orders{{{&a_, &b_, &c_},
                                                         {&a_, &c_, &b_},
                                                         {&b_, &a_, &c_},
                                                         {&b_, &c_, &a_},
                                                         {&c_, &a_, &b_},
                                                         {&c_, &b_, &a_}}};
    for (const auto& [first, second, third] : orders) {
        for (waiting* w : {&a_, &b_, &c_}) {
            w->who.claim(outcome::timed_out);
            w->who.begin_park(true);
            queue_.push_back(w->node);
        }
        queue_.leave(first->node);
        queue_.leave(second->node);
        EXPECT_FALSE(queue_.empty());
        EXPECT_EQ(queue_.claim_first(), &third->node);
        EXPECT_TRUE(queue_.abandoned());
    }
}

TEST_F(WaitQueue, ClaimsAllWhoCanBeClaimed) {
    queue_.push_back(a_.node);
    queue_.push_back(b_.node);
    queue_.push_back(c_.node);
    ASSERT_TRUE(b_.times_out());
    agent_list claimed;
    queue_.claim_all(claimed);
    EXPECT_EQ(&claimed.pop_front(), &a_.who);
    EXPECT_EQ(&claimed.pop_front(), &c_.who);
    EXPECT_TRUE(claimed.empty());
    EXPECT_FALSE(queue_.abandoned());
    queue_.leave(b_.node);
    EXPECT_TRUE(queue_.abandoned());
}

TEST_F(WaitQueue, TakesWhoWasClaimedAgain) {
    queue_.push_back(a_.node);
    queue_.push_back(b_.node);
    ASSERT_EQ(queue_.claim_first(), &a_.node);
    a_.who.begin_park(true);
    queue_.push_front(a_.node); // as a mutex does with who came too late
    EXPECT_EQ(queue_.claim_first(), &a_.node);
    EXPECT_EQ(queue_.claim_first(), &b_.node);
}

} // namespace
