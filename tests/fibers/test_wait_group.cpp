#include <fibers/runtime.hpp>
#include <fibers/sync/wait_group.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class WaitGroup : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, WaitGroup, test::every_place, test::name_of_place);

constinit fibers::wait_group at_namespace_scope;

TEST_P(WaitGroup, HasNothingToWaitForAtFirst) {
    run([] { at_namespace_scope.wait(); });
}

TEST_P(WaitGroup, WaitsUntilAllIsDoneAgainAndAgain) {
    run([&] {
        fibers::wait_group work;
        for (int round = 0; round < test::scaled(100); ++round) {
            std::vector<int> results(4);
            std::vector<test::task> tasks;
            work.add(4);
            for (int& result : results)
                tasks.push_back(start([&] {
                    result = 1;
                    work.done();
                }));
            work.wait();
            EXPECT_EQ(results, std::vector<int>(4, 1));
            for (auto& t : tasks)
                t.join();
        }
    });
}

TEST_P(WaitGroup, WaitsForWorkThatWorkAdds) {
    run([&] {
        fibers::wait_group work;
        std::atomic<int> pieces = 0;
        const std::function<void(int)> split = [&](int depth) {
            std::vector<test::task> halves;
            if (depth > 0) {
                work.add(2);
                for (int half = 0; half < 2; ++half)
                    halves.push_back(start([&, depth] { split(depth - 1); }));
            }
            ++pieces;
            work.done();
            for (auto& half : halves)
                half.join();
        };
        work.add();
        auto whole = start([&] { split(4); });
        work.wait();
        EXPECT_EQ(pieces, 31);
        whole.join();
    });
}

TEST_P(WaitGroup, MayBeDestroyedByWhoHasWaited) {
    run([&] {
        for (int i = 0; i < test::scaled(500); ++i) {
            auto work = std::make_unique<fibers::wait_group>();
            work->add(2);
            auto one = start([there = work.get()] { there->done(); });
            auto other = start([there = work.get()] { there->done(); });
            work->wait();
            work.reset();
            one.join();
            other.join();
        }
    });
}

TEST_P(WaitGroup, FailsAtTheAmbientDeadline) {
    run([] {
        fibers::wait_group work;
        work.add();
        fibers::timeout_scope limit{2ms};
        EXPECT_EQ(test::error_of([&] { work.wait(); }), std::errc::timed_out);
        work.done();
        work.wait();
    });
}

TEST(WaitGroupReuse, LetsThoseGoOnWhoWaitedThoughMoreIsAddedAtOnce) {
    fibers::run([] {
        fibers::wait_group work;
        work.add();
        bool waits = false;
        auto waiter = fibers::spawn([&] {
            waits = true;
            work.wait();
        });
        while (!waits)
            fibers::this_fiber::yield();
        work.done();
        work.add();
        waiter.join();
        work.done();
    });
}

TEST(WaitGroupStop, EndsAWait) {
    fibers::run([] {
        fibers::wait_group work;
        work.add();
        auto waiter = fibers::spawn([&] { return test::error_of([&] { work.wait(); }); });
        test::let_others_run();
        waiter.request_stop();
        EXPECT_EQ(waiter.join(), std::errc::operation_canceled);
        work.done();
        work.wait();
    });
}

} // namespace
