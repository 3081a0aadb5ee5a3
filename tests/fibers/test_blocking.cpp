#include <fibers/blocking.hpp>
#include <fibers/cancellation.hpp>
#include <fibers/runtime.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/random_moments.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class Blocking : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Blocking, test::every_place, test::name_of_place);

TEST_P(Blocking, ReturnsWhatTheFunctionReturns) {
    run([] {
        int n = 3;
        EXPECT_EQ(fibers::blocking([&] { return n + 1; }), 4);
        EXPECT_EQ(&fibers::blocking([&]() -> int& { return n; }), &n);
        EXPECT_EQ(
            *fibers::blocking([p = std::make_unique<int>(5)]() mutable { return std::move(p); }),
            5);
        fibers::blocking([&] { n = 6; });
        EXPECT_EQ(n, 6);
    });
}

TEST_P(Blocking, ThrowsWhatTheFunctionThrows) {
    run([] {
        EXPECT_EQ(test::message_of([] {
                      fibers::blocking([]() -> int { throw std::runtime_error{"no such luck"}; });
                  }),
                  "no such luck");
    });
}

TEST_P(Blocking, LetsOthersRunMeanwhile) {
    run([this] {
        std::atomic<bool> go = false;
        auto other = start([&] { go = true; });
        EXPECT_TRUE(fibers::blocking(
            [&] { return test::eventually_while_busy([&] { return go.load(); }); }));
        other.join();
    });
}

TEST_P(Blocking, CallsThatBlockAllRunAtOnce) {
    run([this] {
        constexpr int calls = 20;
        std::atomic<int> inside = 0;
        std::vector<test::task> callers;
        for (int i = 0; i < calls; ++i)
            callers.push_back(start([&] {
                EXPECT_TRUE(fibers::blocking([&] {
                    ++inside;
                    return test::eventually([&] { return inside == calls; });
                }));
            }));
        for (auto& c : callers)
            c.join();
    });
}

TEST_P(Blocking, CarriesErrnoThereAndBack) {
    run([] {
        errno = EDOM;
        fibers::blocking([] {
            EXPECT_EQ(errno, EDOM);
            errno = ERANGE;
        });
        EXPECT_EQ(errno, ERANGE);
        EXPECT_THROW(fibers::blocking([] {
                         errno = ENOENT;
                         throw std::runtime_error{"failed"};
                     }),
                     std::runtime_error);
    });
}

TEST_P(Blocking, MayBeCalledWithin) {
    run([] { EXPECT_EQ(fibers::blocking([] { return fibers::blocking([] { return 2; }); }), 2); });
}

TEST_P(Blocking, SharesMutexesWithFibers) {
    run([this] {
        fibers::mutex m;
        int count = 0;
        const auto add = [&] {
            const std::lock_guard lock{m};
            ++count;
        };
        std::vector<test::task> tasks;
        for (int t = 0; t < 4; ++t)
            tasks.push_back(start([&, t] {
                for (int i = 0; i < test::scaled(500); ++i)
                    if (t % 2 == 0)
                        fibers::blocking(add);
                    else
                        add();
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(count, 4 * test::scaled(500));
    });
}

/// With one thread for blocking calls.
class BlockingQueue : public test::with_workers {
  protected:
    template <class F>
    void run(F&& f) {
        fibers::runtime{{.workers = GetParam(), .blocking_threads = 1}}.run(std::forward<F>(f));
    }

    /// A call that has begun and keeps the thread until it is released.
    class occupation {
      public:
        occupation() {
            EXPECT_TRUE(test::eventually([&] { return begun_.load(); }));
        }
        void release() { released_ = true; }
        fibers::fiber<int>& caller() { return caller_; }

      private:
        std::atomic<bool> begun_ = false, released_ = false;
        fibers::fiber<int> caller_ = fibers::spawn([this] {
            return fibers::blocking([this] {
                begun_ = true;
                EXPECT_TRUE(test::eventually([&] { return released_.load(); }));
                return 7;
            });
        });
    };
};
INSTANTIATE_TEST_SUITE_P(Workers, BlockingQueue, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(BlockingQueue, CallsTakeTheirTurnInOrder) {
    run([] {
        occupation thread;
        std::vector<int> order;
        std::vector<fibers::fiber<void>> callers;
        for (int i = 0; i < 10; ++i) {
            std::atomic<bool> begun = false;
            callers.push_back(fibers::spawn([&order, &begun, i] {
                begun = true;
                fibers::blocking([&order, i] { order.push_back(i); });
            }));
            EXPECT_TRUE(test::eventually([&] { return begun.load(); }));
            test::let_others_run();
        }
        fibers::this_fiber::sleep_for(5ms);
        EXPECT_TRUE(order.empty());
        thread.release();
        for (auto& c : callers)
            c.join();
        EXPECT_TRUE(std::ranges::is_sorted(order));
        EXPECT_EQ(order.size(), 10U);
    });
}

TEST_P(BlockingQueue, AStopWithdrawsACallThatHasNotBegun) {
    run([] {
        occupation thread;
        std::atomic<bool> called = false;
        auto before = fibers::spawn([] { return fibers::blocking([] { return 1; }); });
        auto waiting = fibers::spawn(
            [&] { return test::error_of([&] { fibers::blocking([&] { called = true; }); }); });
        auto after = fibers::spawn([] { return fibers::blocking([] { return 3; }); });
        fibers::this_fiber::sleep_for(2ms);
        waiting.request_stop();
        EXPECT_EQ(waiting.join(), std::errc::operation_canceled);
        thread.release();
        EXPECT_EQ(before.join() + after.join(), 4);
        EXPECT_FALSE(called);
    });
}

TEST_P(BlockingQueue, TheAmbientDeadlineWithdrawsACallThatHasNotBegun) {
    run([] {
        occupation thread;
        bool called = false;
        {
            fibers::timeout_scope limit{2ms};
            EXPECT_EQ(test::error_of([&] { fibers::blocking([&] { called = true; }); }),
                      std::errc::timed_out);
        }
        thread.release();
        fibers::blocking([] {});
        EXPECT_FALSE(called);
    });
}

TEST_P(BlockingQueue, AStopLeavesACallThatHasBegunItsResult) {
    run([] {
        occupation thread;
        thread.caller().request_stop();
        test::let_others_run();
        thread.release();
        EXPECT_EQ(thread.caller().join(), 7);
    });
}

TEST_P(BlockingQueue, AfterAStopDuringACallTheNextOneFails) {
    run([] {
        std::atomic<bool> begun = false, stopped = false, called = false;
        auto caller = fibers::spawn([&] {
            fibers::blocking([&] {
                begun = true;
                EXPECT_TRUE(test::eventually([&] { return stopped.load(); }));
            });
            return test::error_of([&] { fibers::blocking([&] { called = true; }); });
        });
        EXPECT_TRUE(test::eventually([&] { return begun.load(); }));
        caller.request_stop();
        stopped = true;
        EXPECT_EQ(caller.join(), std::errc::operation_canceled);
        EXPECT_FALSE(called);
    });
}

TEST_P(BlockingQueue, TheDeadlineLeavesACallThatHasBegunItsResult) {
    run([] {
        fibers::timeout_scope limit{5ms};
        EXPECT_EQ(fibers::blocking([] {
                      std::this_thread::sleep_for(10ms);
                      return 7;
                  }),
                  7);
        EXPECT_EQ(test::error_of([] { fibers::blocking([] {}); }), std::errc::timed_out);
    });
}

TEST_P(BlockingQueue, AShieldKeepsAStopFromACall) {
    run([] {
        auto caller = fibers::spawn([] {
            EXPECT_TRUE(test::eventually([] { return fibers::this_fiber::stop_requested(); }));
            const fibers::cancellation_shield shield;
            return fibers::blocking([] { return 3; });
        });
        caller.request_stop();
        std::error_code stopped = test::error_of([&] { EXPECT_EQ(caller.join(), 3); });
        EXPECT_TRUE(!stopped || stopped == std::errc::operation_canceled);
    });
}

TEST_P(BlockingQueue, EitherACallIsMadeOrItFails) {
    run([] {
        std::vector<fibers::fiber<void>> lanes;
        for (unsigned seed = 1; seed <= 8; ++seed)
            lanes.push_back(fibers::spawn([seed] {
                test::random_moments moments{seed};
                for (int i = 0; i < test::scaled(300); ++i) {
                    std::atomic<int> made = 0;
                    auto caller = fibers::spawn([&made, work = moments.up_to(5us)] {
                        return test::error_of([&] {
                            fibers::blocking([&] {
                                ++made;
                                test::spin_for(work);
                                ++made;
                            });
                        });
                    });
                    if (moments.coin())
                        fibers::this_fiber::yield();
                    test::spin_for(moments.up_to(10us));
                    caller.request_stop();
                    const std::error_code how = caller.join();
                    EXPECT_EQ(made, how ? 0 : 2) << how.message();
                }
            }));
        for (auto& lane : lanes)
            lane.join();
    });
}

} // namespace
