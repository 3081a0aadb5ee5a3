#include <fibers/runtime.hpp>
#include <fibers/sync/latch.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class Latch : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Latch, test::every_place, test::name_of_place);

constinit fibers::latch at_namespace_scope{0};

static_assert(fibers::latch::max() > 1'000'000);
static_assert(!std::is_copy_constructible_v<fibers::latch>);
static_assert(noexcept(at_namespace_scope.try_wait()));

TEST_P(Latch, IsOpenWhereNothingIsExpected) {
    run([] {
        EXPECT_TRUE(at_namespace_scope.try_wait());
        at_namespace_scope.wait();
        at_namespace_scope.count_down(0);
        EXPECT_TRUE(at_namespace_scope.try_wait());
    });
}

TEST_P(Latch, OpensWhenTheCountComesToZeroAndStaysOpen) {
    run([] {
        fibers::latch door{4};
        door.count_down();
        EXPECT_FALSE(door.try_wait());
        door.count_down(2);
        EXPECT_FALSE(door.try_wait());
        door.arrive_and_wait();
        EXPECT_TRUE(door.try_wait());
        door.wait();
    });
}

TEST_P(Latch, WaitReturnsAfterAllHaveCountedDown) {
    run([&] {
        constexpr int workers = 5;
        fibers::latch finished{workers};
        std::vector<int> results(workers);
        std::atomic<int> released = 0;
        std::vector<test::task> tasks;
        for (int w = 0; w < 3; ++w)
            tasks.push_back(start([&] {
                finished.wait();
                EXPECT_EQ(results, std::vector<int>(workers, 1));
                ++released;
            }));
        settle();
        EXPECT_EQ(released, 0);
        for (std::size_t w = 0; w < workers; ++w)
            tasks.push_back(start([&, w] {
                results[w] = 1;
                finished.count_down();
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(released, 3);
    });
}

TEST_P(Latch, ArriveAndWaitReturnsWhenAllHaveArrived) {
    run([&] {
        for (int i = 0; i < test::scaled(100); ++i) {
            constexpr int count = 6;
            fibers::latch all_here{2 * count};
            std::atomic<int> arrived = 0;
            std::vector<test::task> tasks;
            for (int t = 0; t < count; ++t)
                tasks.push_back(start([&] {
                    ++arrived;
                    all_here.arrive_and_wait(2);
                    EXPECT_EQ(arrived, count);
                }));
            for (auto& t : tasks)
                t.join();
        }
    });
}

TEST_P(Latch, MayBeDestroyedByWhoeverHasSeenItOpen) {
    run([&] {
        for (int i = 0; i < test::scaled(200); ++i) {
            auto door = std::make_unique<fibers::latch>(2);
            auto one = start([there = door.get()] { there->count_down(); });
            auto other = start([there = door.get()] { there->count_down(); });
            if (i % 2 == 0)
                door->wait();
            else
                while (!door->try_wait())
                    fibers::this_fiber::yield();
            door.reset();
            one.join();
            other.join();
        }
    });
}

TEST_P(Latch, FailsAtTheAmbientDeadlineAndKeepsTheCount) {
    run([] {
        fibers::latch door{2};
        {
            fibers::timeout_scope limit{2ms};
            EXPECT_EQ(test::error_of([&] { door.arrive_and_wait(); }), std::errc::timed_out);
        }
        EXPECT_FALSE(door.try_wait());
        fibers::timeout_scope over{-1s};
        door.arrive_and_wait(); // does not wait, so does not fail
    });
}

TEST(LatchStop, EndsAWait) {
    fibers::run([] {
        fibers::latch door{1};
        auto waiter = fibers::spawn([&] { return test::error_of([&] { door.wait(); }); });
        test::let_others_run();
        waiter.request_stop();
        EXPECT_EQ(waiter.join(), std::errc::operation_canceled);
        door.count_down();
        door.wait();
    });
}

} // namespace
