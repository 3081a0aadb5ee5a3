#include <fibers/detail/agent.hpp>

#include <fibers/detail/clock.hpp>
#include <fibers/detail/parking.hpp>

#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <barrier>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::detail::agent;
using fibers::detail::agent_list;
using fibers::detail::outcome;
using fibers::detail::thread_parking;

TEST(Agent, IsClaimedOnceForEachWait) {
    agent a;
    EXPECT_FALSE(a.claim(outcome::woken)); // it does not wait
    for (const auto how : {outcome::woken, outcome::timed_out}) {
        ASSERT_TRUE(a.begin_park(false));
        EXPECT_TRUE(a.claim(how));
        EXPECT_FALSE(a.claim(outcome::woken));
        EXPECT_FALSE(a.claim(outcome::timed_out));
        EXPECT_EQ(a.last_outcome(), how);
    }
}

TEST(Agent, StopEndsAWaitThatMayBeStopped) {
    agent a;
    ASSERT_TRUE(a.begin_park(true));
    EXPECT_TRUE(a.request_stop());
    EXPECT_FALSE(a.claim(outcome::woken));
    EXPECT_FALSE(a.request_stop());
    EXPECT_EQ(a.last_outcome(), outcome::stopped);
}

TEST(Agent, StopLeavesOtherWaitsAlone) {
    agent a;
    ASSERT_TRUE(a.begin_park(false));
    EXPECT_FALSE(a.request_stop());
    EXPECT_TRUE(a.claim(outcome::woken));
    EXPECT_EQ(a.last_outcome(), outcome::woken);
}

TEST(Agent, StopStays) {
    agent a;
    EXPECT_FALSE(a.stop_requested());
    EXPECT_FALSE(a.request_stop());
    EXPECT_TRUE(a.stop_requested());
    EXPECT_FALSE(a.begin_park(true));
    ASSERT_TRUE(a.begin_park(false));
    EXPECT_TRUE(a.claim(outcome::timed_out));
    EXPECT_TRUE(a.stop_requested());
    EXPECT_FALSE(a.begin_park(true));
}

TEST(Agent, ListKeepsTheOrder) {
    std::vector<agent> agents(4);
    agent_list list;
    agent_list more;
    EXPECT_TRUE(list.empty());
    list.append(more);
    EXPECT_TRUE(list.empty());
    more.push_back(agents[0]);
    list.append(more);
    EXPECT_TRUE(more.empty());
    list.push_back(agents[1]);
    more.push_back(agents[2]);
    more.push_back(agents[3]);
    list.append(more);
    for (auto& expected : agents)
        EXPECT_EQ(&list.pop_front(), &expected);
    EXPECT_TRUE(list.empty());
}

TEST(Agent, OfAThreadWaitsUntilItsTimeIsUp) {
    agent self;
    const auto deadline = fibers::detail::now() + 3ms;
    ASSERT_TRUE(self.begin_park(false));
    thread_parking::wait(self, deadline);
    EXPECT_GE(fibers::detail::now(), deadline);
    EXPECT_EQ(self.last_outcome(), outcome::timed_out);
}

TEST(Agent, OfAThreadIsReleasedByWhoHasClaimedIt) {
    agent self;
    ASSERT_TRUE(self.begin_park(false));
    ASSERT_TRUE(self.claim(outcome::woken));
    std::atomic<bool> scheduled = false;
    std::thread waker{[&] {
        std::this_thread::sleep_for(2ms);
        scheduled = true;
        schedule(self);
    }};
    thread_parking::wait(self, fibers::detail::now()); // the deadline comes too late
    EXPECT_TRUE(scheduled);
    EXPECT_EQ(self.last_outcome(), outcome::woken);
    waker.join();
}

TEST(Agent, ExactlyOneOfManyEndsEachWait) {
    // Three who all want to end the same wait, and the one who waits.
    const int rounds = test::scaled(20'000);
    agent a;
    std::atomic<int> winners = 0;
    std::barrier together{4};
    const auto attack = [&](auto end_wait) {
        return std::thread{[&, end_wait] {
            for (int i = 0; i < rounds; ++i) {
                together.arrive_and_wait();
                if (end_wait())
                    ++winners;
                together.arrive_and_wait();
            }
        }};
    };
    std::vector<std::thread> attackers;
    attackers.push_back(attack([&] { return a.claim(outcome::woken); }));
    attackers.push_back(attack([&] { return a.claim(outcome::timed_out); }));
    attackers.push_back(attack([&] { return a.claim(outcome::stopped); }));
    for (int i = 0; i < rounds; ++i) {
        winners = 0;
        ASSERT_TRUE(a.begin_park(true));
        together.arrive_and_wait();
        together.arrive_and_wait();
        EXPECT_EQ(winners, 1);
    }
    for (auto& t : attackers)
        t.join();
}

TEST(Agent, StopIsNeverLostBetweenTwoWaits) {
    const int rounds = test::scaled(20'000);
    std::barrier together{2};
    std::atomic<agent*> victim = nullptr;
    std::atomic<bool> ended_a_wait = false;
    std::thread stopper{[&] {
        for (int i = 0; i < rounds; ++i) {
            together.arrive_and_wait();
            ended_a_wait = victim.load()->request_stop();
            together.arrive_and_wait();
        }
    }};
    for (int i = 0; i < rounds; ++i) {
        agent a;
        victim = &a;
        together.arrive_and_wait();
        const bool waits = a.begin_park(true); // before, at, or after the stop
        together.arrive_and_wait();
        EXPECT_EQ(ended_a_wait, waits);
        EXPECT_TRUE(a.stop_requested());
    }
    stopper.join();
}

} // namespace
