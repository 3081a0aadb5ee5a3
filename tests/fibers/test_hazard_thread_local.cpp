#include <fibers/fiber_local.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/everywhere.hpp>

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

thread_local int of_the_worker = 0;

struct tells_its_end {
    ~tells_its_end() {
        if (ended)
            *ended = true;
    }
    bool* ended = nullptr;
};
thread_local tells_its_end tells;

class ThreadLocal : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, ThreadLocal, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(ThreadLocal, IsTheSameObjectBeforeAndAfterASuspension) {
    run([] {
        fibers::scope all;
        for (int i = 0; i < 200; ++i)
            all.spawn([i] {
                int& before = of_the_worker;
                for (int round = 0; round < 20; ++round) {
                    if ((i + round) % 3 == 0)
                        fibers::this_fiber::sleep_for(50us);
                    else
                        fibers::this_fiber::yield();
                    ASSERT_EQ(&of_the_worker, &before);
                }
            });
        all.join();
    });
}

TEST(ThreadLocalOfOneWorker, IsSeenByAllItsFibers) {
    fibers::run([] {
        of_the_worker = 1;
        EXPECT_EQ(fibers::spawn([] { return of_the_worker++; }).join(), 1);
        EXPECT_EQ(of_the_worker, 2);
    });
}

TEST(ThreadLocalOfOneWorker, IsNotSeenByAllWhereItIsAFiberLocal) {
    fibers::run([] {
        const fibers::fiber_local<int> of_the_fiber;
        *of_the_fiber = 1;
        EXPECT_EQ(fibers::spawn([&] { return (*of_the_fiber)++; }).join(), 0);
        EXPECT_EQ(*of_the_fiber, 1);
    });
}

TEST(ThreadLocalOfOneWorker, IsDestroyedWithTheWorkersThreadAndWithNoFiber) {
    bool ended = false;
    std::thread{[&] {
        fibers::run([&] {
            fibers::spawn([&] { tells.ended = &ended; }).join();
            EXPECT_FALSE(ended);
        });
        EXPECT_FALSE(ended);
    }}.join();
    EXPECT_TRUE(ended);
}

} // namespace
