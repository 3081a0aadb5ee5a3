#include <fibers/detail/completion.hpp>

#include <fibers/detail/agent.hpp>
#include <fibers/detail/clock.hpp>

#include <tests/fibers/sanitizers.hpp>

#include <barrier>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include <gtest/gtest.h>

namespace {

using fibers::detail::agent;
using fibers::detail::completion;
using fibers::detail::outcome;
using fibers::detail::thread_parking;

TEST(Completion, IsDoneOnceAnnounced) {
    completion end;
    EXPECT_FALSE(end.done());
    end.announce();
    EXPECT_TRUE(end.done());
    agent late;
    late.begin_park(false);
    EXPECT_FALSE(end.await(late));
}

TEST(Completion, WakesWhoAwaitsIt) {
    completion end;
    agent waiting;
    waiting.begin_park(false);
    ASSERT_TRUE(end.await(waiting));
    end.announce();
    EXPECT_EQ(waiting.last_outcome(), outcome::woken);
    EXPECT_FALSE(waiting.claim(outcome::timed_out));
}

TEST(Completion, ForgetsWhoWithdraws) {
    completion end;
    agent first;
    agent second;
    first.begin_park(false);
    ASSERT_TRUE(end.await(first));
    ASSERT_TRUE(first.claim(outcome::timed_out));
    EXPECT_TRUE(end.withdraw(first));
    second.begin_park(false);
    ASSERT_TRUE(end.await(second));
    end.announce();
    EXPECT_EQ(first.last_outcome(), outcome::timed_out);
    EXPECT_EQ(second.last_outcome(), outcome::woken);
}

TEST(Completion, TellsWhoWithdrawsTooLate) {
    completion end;
    agent waiting;
    waiting.begin_park(false);
    ASSERT_TRUE(end.await(waiting));
    ASSERT_TRUE(waiting.claim(outcome::timed_out));
    end.announce();
    EXPECT_FALSE(end.withdraw(waiting));
    EXPECT_TRUE(end.done());
}

TEST(Completion, DoesNotTouchWhoHasWithdrawn) {
    // An agent on the stack of a thread that gives up at the very moment of the end. What is left
    // of it is not to be touched, which is for AddressSanitizer to see.
    std::optional<completion> end;
    std::barrier together{2};
    const int rounds = test::scaled(20'000);
    std::thread ender{[&] {
        for (int i = 0; i < rounds; ++i) {
            together.arrive_and_wait();
            end->announce();
            together.arrive_and_wait();
        }
    }};
    for (int i = 0; i < rounds; ++i) {
        end.emplace();
        together.arrive_and_wait();
        {
            const auto waiting = std::make_unique<agent>();
            waiting->begin_park(false);
            if (end->await(*waiting)) {
                thread_parking::wait(*waiting, fibers::detail::now());
                if (waiting->last_outcome() == outcome::timed_out)
                    end->withdraw(*waiting);
                else
                    EXPECT_TRUE(end->done());
            }
        }
        together.arrive_and_wait();
        EXPECT_TRUE(end->done());
    }
    ender.join();
}

} // namespace
