#include <fibers/detail/timer_queue.hpp>

#include <tests/fibers/fake_fiber.hpp>

#include <algorithm>
#include <chrono>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::detail::agent;
using fibers::detail::agent_list;
using fibers::detail::never;
using fibers::detail::outcome;
using fibers::detail::time_point;
using fibers::detail::timer_queue;
using test::fake_fiber;

class TimerQueue : public testing::Test {
  protected:
    /// The fiber waits until `deadline`.
    void park(fake_fiber& fiber, time_point deadline) {
        fiber.begin_park(true);
        fiber.park_deadline = deadline;
        if (deadline != never)
            timers_.arm(fiber);
    }

    std::vector<const agent*> fired_at(time_point time) {
        agent_list claimed;
        timers_.fire(time, claimed);
        std::vector<const agent*> fired;
        while (!claimed.empty())
            fired.push_back(&claimed.pop_front());
        return fired;
    }

    using agents = std::vector<const agent*>;

    static constexpr time_point start_{1h};
    timer_queue timers_;
    fake_fiber a_{}, b_{}, c_{};
};

TEST_F(TimerQueue, HasNothingToDoWhileItIsEmpty) {
    EXPECT_TRUE(timers_.empty());
    EXPECT_EQ(timers_.next(), never);
    EXPECT_EQ(fired_at(start_), agents{});
}

TEST_F(TimerQueue, FiresAtTheDeadlineAndNotBefore) {
    park(a_, start_ + 2ms);
    EXPECT_EQ(timers_.next(), start_ + 2ms);
    EXPECT_EQ(fired_at(start_ + 2ms - 1ns), agents{});
    EXPECT_EQ(fired_at(start_ + 2ms), agents{&a_});
    EXPECT_EQ(a_.last_outcome(), outcome::timed_out);
    EXPECT_TRUE(timers_.empty());
    EXPECT_EQ(fired_at(start_ + 1h), agents{});
}

TEST_F(TimerQueue, FiresInTheOrderOfTheDeadlines) {
    park(a_, start_ + 3ms);
    park(b_, start_ + 1ms);
    park(c_, start_ + 2ms);
    EXPECT_EQ(fired_at(start_ + 5ms), (agents{&b_, &c_, &a_}));
}

TEST_F(TimerQueue, LeavesAloneWhoWasWokenBefore) {
    park(a_, start_ + 1ms);
    ASSERT_TRUE(a_.claim(outcome::woken));
    EXPECT_EQ(fired_at(start_ + 2ms), agents{});
    EXPECT_EQ(a_.last_outcome(), outcome::woken);
}

TEST_F(TimerQueue, HonoursALaterDeadlineOfTheNextWait) {
    park(a_, start_ + 1ms);
    ASSERT_TRUE(a_.claim(outcome::woken));
    park(a_, start_ + 5ms);
    EXPECT_EQ(fired_at(start_ + 4ms), agents{});
    EXPECT_EQ(timers_.next(), start_ + 5ms);
    EXPECT_EQ(fired_at(start_ + 5ms), agents{&a_});
}

TEST_F(TimerQueue, HonoursAnEarlierDeadlineOfTheNextWait) {
    park(b_, start_ + 3ms);
    park(a_, start_ + 5ms);
    ASSERT_TRUE(a_.claim(outcome::woken));
    park(a_, start_ + 1ms);
    EXPECT_EQ(timers_.next(), start_ + 1ms);
    EXPECT_EQ(fired_at(start_ + 1ms), agents{&a_});
    EXPECT_EQ(fired_at(start_ + 5ms), agents{&b_});
    EXPECT_TRUE(timers_.empty());
}

TEST_F(TimerQueue, ForgetsTheDeadlineWhereTheNextWaitHasNone) {
    park(a_, start_ + 1ms);
    ASSERT_TRUE(a_.claim(outcome::woken));
    park(a_, never);
    EXPECT_EQ(fired_at(start_ + 1h), agents{});
    EXPECT_TRUE(timers_.empty());
    EXPECT_TRUE(a_.claim(outcome::woken)); // it waits on
}

TEST_F(TimerQueue, ForgetsAFiberFromAnyPlace) {
    timers_.forget(a_); // it is not there
    park(a_, start_ + 1ms);
    park(b_, start_ + 2ms);
    park(c_, start_ + 3ms);
    timers_.forget(b_);
    timers_.forget(a_);
    timers_.forget(a_);
    EXPECT_EQ(timers_.next(), start_ + 3ms);
    timers_.forget(c_);
    EXPECT_TRUE(timers_.empty());
}

TEST_F(TimerQueue, KeepsTheOrderWhateverComesAndGoes) {
    std::vector<fake_fiber> fibers(300);
    std::minstd_rand random{1};
    const auto some_time = [&] { return std::chrono::microseconds{1 + random() % 10'000}; };
    for (auto& f : fibers)
        park(f, start_ + some_time());

    std::size_t fired = 0;
    for (time_point time = start_; time < start_ + 20ms; time += 50us) {
        // Some are woken, and wait again: with a later deadline, an earlier one, or none.
        for (auto& f : fibers)
            if (random() % 64 == 0 && f.claim(outcome::woken)) {
                switch (random() % 3) {
                case 0:
                    park(f, time + some_time());
                    break;
                case 1:
                    park(f, std::max(time, f.park_deadline - 1ms));
                    break;
                default:
                    park(f, never);
                }
            }
        for (const agent* who : fired_at(time)) {
            ++fired;
            const auto& f = static_cast<const fake_fiber&>(*who);
            EXPECT_LE(f.park_deadline, time);
        }
        // Whoever still waits must have a deadline in the future; a claim tells who waits.
        for (auto& f : fibers) {
            const bool overdue = f.park_deadline <= time;
            EXPECT_FALSE(overdue && f.claim(outcome::woken));
        }
    }
    EXPECT_GT(fired, 100U);
    for (auto& f : fibers)
        timers_.forget(f);
    EXPECT_TRUE(timers_.empty());
}

} // namespace
