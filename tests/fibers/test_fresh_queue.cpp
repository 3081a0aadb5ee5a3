#include <fibers/detail/fresh_queue.hpp>

#include <tests/fibers/fake_fiber.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <list>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using fibers::detail::fiber_record;
using fibers::detail::fresh_queue;
using test::fake_fiber;

class FreshQueue : public testing::Test {
  protected:
    fiber_record& make() { return fibers_.emplace_back(); }

    static std::multiset<fiber_record*> all_of(fresh_queue& queue) {
        std::multiset<fiber_record*> all;
        while (fiber_record* const f = queue.pop())
            all.insert(f);
        return all;
    }

    std::list<fake_fiber> fibers_;
    fresh_queue queue_{true};
    fresh_queue thief_{true};
};

TEST_F(FreshQueue, GivesEachFiberOnce) {
    EXPECT_EQ(queue_.pop(), nullptr);
    std::multiset<fiber_record*> pushed;
    for (int i = 0; i < 100; ++i) {
        fiber_record& f = make();
        pushed.insert(&f);
        queue_.push(f);
    }
    EXPECT_EQ(queue_.size(), 100U);
    EXPECT_EQ(all_of(queue_), pushed);
    EXPECT_EQ(queue_.size(), 0U);
}

TEST_F(FreshQueue, ComesToEachInTime) {
    // Whatever order it prefers: one that stays behind while others come and go is not forgotten.
    fiber_record& first = make();
    queue_.push(first);
    queue_.push(make());
    for (int i = 0; i < 1'000; ++i) {
        fiber_record* const popped = queue_.pop();
        if (popped == &first)
            return;
        queue_.push(*popped);
    }
    FAIL() << "the first one is still there";
}

TEST_F(FreshQueue, GivesHalfToAThiefAndAtLeastOne) {
    queue_.give_half_to(thief_, fresh_queue::max_stolen);
    EXPECT_EQ(thief_.size(), 0U);
    queue_.push(make());
    queue_.give_half_to(thief_, fresh_queue::max_stolen);
    EXPECT_EQ(thief_.size(), 1U);
    EXPECT_EQ(queue_.size(), 0U);
    for (int i = 0; i < 10; ++i)
        queue_.push(make());
    queue_.give_half_to(thief_, fresh_queue::max_stolen);
    EXPECT_EQ(thief_.size(), 6U);
    EXPECT_EQ(queue_.size(), 5U);
    EXPECT_EQ(all_of(thief_).size() + all_of(queue_).size(), 11U);
}

TEST_F(FreshQueue, GivesTheNewestToItsWorkerAndTheOldestToAThief) {
    fiber_record& oldest = make();
    fiber_record& middle = make();
    fiber_record& newest = make();
    for (fiber_record* f : {&oldest, &middle, &newest})
        queue_.push(*f);
    EXPECT_EQ(queue_.pop(), &newest);
    queue_.give_half_to(thief_, 1);
    EXPECT_EQ(thief_.pop(), &oldest);
    EXPECT_EQ(queue_.pop(), &middle);
}

TEST_F(FreshQueue, LosesNothingWhenManyTakeAndSteal) {
    const int count = test::scaled(100'000);
    std::atomic<int> taken = 0;
    std::atomic<bool> filled = false;
    const auto take_all = [&](fresh_queue& own, fresh_queue& other) {
        while (!filled || own.size() != 0 || other.size() != 0) {
            while (own.pop())
                ++taken;
            other.give_half_to(own, fresh_queue::max_stolen);
        }
    };
    std::vector<fiber_record*> all;
    for (int i = 0; i < count; ++i)
        all.push_back(&make());
    std::thread a{[&] { take_all(queue_, thief_); }};
    std::thread b{[&] { take_all(thief_, queue_); }};
    for (fiber_record* f : all)
        queue_.push(*f);
    filled = true;
    a.join();
    b.join();
    while (queue_.pop() || thief_.pop())
        ++taken; // what was on its way from one to the other when both looked
    EXPECT_EQ(taken, count);
}

} // namespace
