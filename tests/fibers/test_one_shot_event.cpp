#include <fibers/detail/one_shot_event.hpp>
#include <fibers/detail/parking.hpp>

#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/random_moments.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::detail::interruption;
using fibers::detail::one_shot_event;
using fibers::detail::outcome;
using fibers::detail::parking;
using fibers::detail::wait_node;

using OneShotEvent = test::everywhere;
INSTANTIATE_TEST_SUITE_P(Everywhere, OneShotEvent, test::every_place, test::name_of_place);

outcome wait_for(one_shot_event& event, std::chrono::nanoseconds patience) {
    return event.wait("a test", interruption::honoured, fibers::detail::deadline_after(patience));
}

TEST_P(OneShotEvent, WakesAllWhoWait) {
    run([this] {
        one_shot_event event;
        std::vector<test::task> tasks;
        for (int t = 0; t < 6; ++t)
            tasks.push_back(start([&] { EXPECT_EQ(wait_for(event, 1h), outcome::woken); }));
        settle();
        EXPECT_FALSE(event.is_set());
        event.set();
        for (test::task& t : tasks)
            t.join();
        EXPECT_TRUE(event.is_set());
    });
}

TEST_P(OneShotEvent, OnceSetNobodyWaits) {
    run([] {
        one_shot_event event;
        event.set();
        EXPECT_EQ(wait_for(event, 0s), outcome::woken);
        fibers::detail::agent nobody;
        wait_node node{nobody};
        EXPECT_FALSE(event.enlist(node));
    });
}

TEST_P(OneShotEvent, WhoGivesUpLeavesTheOthersWaiting) {
    run([this] {
        one_shot_event event;
        std::atomic<int> woken = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 9; ++t)
            tasks.push_back(start([&, t] {
                if (wait_for(event, t % 3 == 1 ? 1h : std::chrono::nanoseconds{t * 1ms}) ==
                    outcome::woken)
                    ++woken;
            }));
        settle();
        event.set();
        for (test::task& t : tasks)
            t.join();
        EXPECT_EQ(woken, 3);
    });
}

TEST_P(OneShotEvent, TheFirstOfSeveralEndsTheWait) {
    run([this] {
        std::array<one_shot_event, 3> events;
        auto waiter = start([&] {
            parking self{"one of several"};
            ASSERT_TRUE(self.begin(interruption::ignored));
            std::array<wait_node, 3> nodes{wait_node{self.who()}, wait_node{self.who()},
                                           wait_node{self.who()}};
            for (std::size_t i = 0; i < events.size(); ++i)
                ASSERT_TRUE(events[i].enlist(nodes[i]));
            EXPECT_EQ(self.commit(), outcome::woken);
            for (std::size_t i = 0; i < events.size(); ++i)
                events[i].withdraw(nodes[i]);
            EXPECT_TRUE(events[1].is_set());
        });
        settle();
        events[1].set();
        waiter.join();
        events[0].set(); // finds nobody
    });
}

TEST_P(OneShotEvent, SettingRacesWithGivingUp) {
    run([this] {
        std::vector<test::task> lanes;
        for (unsigned seed = 1; seed <= 4; ++seed)
            lanes.push_back(start([this, seed] {
                test::random_moments moments{seed};
                for (int i = 0; i < test::scaled(200); ++i) {
                    // Destroyed by the waiter that is last, as soon as it can be seen to be set.
                    auto event = std::make_shared<one_shot_event>();
                    std::vector<test::task> waiters;
                    for (int w = 0; w < 3; ++w)
                        waiters.push_back(start([event, patience = moments.up_to(30us)]() mutable {
                            while (wait_for(*event, patience) != outcome::woken) {
                            }
                            EXPECT_TRUE(event->is_set());
                            event.reset();
                        }));
                    test::spin_for(moments.up_to(15us));
                    one_shot_event& to_set = *event;
                    to_set.set();
                    event.reset();
                    for (test::task& w : waiters)
                        w.join();
                }
            }));
        for (test::task& lane : lanes)
            lane.join();
    });
}

} // namespace
