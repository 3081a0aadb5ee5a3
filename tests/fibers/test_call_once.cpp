#include <fibers/runtime.hpp>
#include <fibers/sync/call_once.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class CallOnce : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, CallOnce, test::every_place, test::name_of_place);

constinit fibers::once_flag at_namespace_scope;

TEST_P(CallOnce, CallsOnceOfAllWhoCome) {
    run([&] {
        for (int round = 0; round < test::scaled(200); ++round) {
            fibers::once_flag flag;
            int calls = 0;
            std::vector<test::task> tasks;
            for (int t = 0; t < 8; ++t)
                tasks.push_back(start([&] {
                    fibers::call_once(flag, [&] {
                        fibers::this_fiber::yield();
                        ++calls;
                    });
                    EXPECT_EQ(calls, 1); // for everybody who has come back
                }));
            for (auto& t : tasks)
                t.join();
        }
    });
}

TEST_P(CallOnce, OthersWaitWhileTheCallIsBlocked) {
    run([&] {
        fibers::once_flag flag;
        std::atomic<bool> begun = false;
        std::atomic<bool> ended = false;
        auto first = start([&] {
            fibers::call_once(flag, [&] {
                begun = true;
                fibers::this_fiber::sleep_for(10ms);
                ended = true;
            });
        });
        ASSERT_TRUE(test::eventually([&] { return begun.load(); }));
        fibers::call_once(flag, [] { ADD_FAILURE() << "called twice"; });
        EXPECT_TRUE(ended);
        first.join();
    });
}

TEST_P(CallOnce, ACallThatThrowsLetsTheNextOneTry) {
    run([&] {
        fibers::once_flag flag;
        std::atomic<int> attempts = 0;
        std::atomic<int> failures = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 6; ++t)
            tasks.push_back(start([&] {
                try {
                    fibers::call_once(flag, [&] {
                        fibers::this_fiber::yield();
                        if (++attempts < 4)
                            throw std::runtime_error{"not yet"};
                    });
                } catch (const std::runtime_error&) {
                    ++failures;
                }
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(attempts, 4);
        EXPECT_EQ(failures, 3);
    });
}

TEST_P(CallOnce, TriesWhateverTheAmbientDeadline) {
    run([&] {
        fibers::once_flag flag;
        bool called = false;
        fibers::timeout_scope over{std::chrono::steady_clock::now() - 1s};
        fibers::call_once(flag, [&] { called = true; });
        EXPECT_TRUE(called);
        fibers::call_once(flag, [] {});
    });
}

TEST_P(CallOnce, WaitingEndsAtTheAmbientDeadline) {
    run([&] {
        fibers::once_flag flag;
        std::atomic<bool> begun = false;
        std::atomic<bool> given_up = false;
        auto first = start([&] {
            fibers::call_once(flag, [&] {
                begun = true;
                EXPECT_TRUE(test::eventually([&] { return given_up.load(); }));
            });
        });
        ASSERT_TRUE(test::eventually([&] { return begun.load(); }));
        const auto give_up = [&] {
            fibers::timeout_scope soon{2ms};
            fibers::call_once(flag, [] {});
        };
        EXPECT_EQ(test::error_of(give_up), std::errc::timed_out);
        given_up = true;
        first.join();
        EXPECT_EQ(test::error_of(give_up), std::error_code{});
    });
}

TEST(CallOnceArguments, ArePassedOnAsTheyAre) {
    fibers::once_flag flag;
    int copied_to = 0;
    std::unique_ptr<int> moved_to;
    fibers::call_once(
        flag,
        [](int& to, std::unique_ptr<int>& moved, std::unique_ptr<int>&& from) {
            to = *from;
            moved = std::move(from);
        },
        copied_to, moved_to, std::make_unique<int>(7));
    EXPECT_EQ(copied_to, 7);
    ASSERT_TRUE(moved_to);

    struct counter {
        void add(int n) { total += n; }
        int total = 0;
    } counter;
    fibers::call_once(at_namespace_scope, &counter::add, &counter, 3);
    fibers::call_once(at_namespace_scope, &counter::add, &counter, 3);
    EXPECT_EQ(counter.total, 3);
}

TEST(CallOnceInterruption, AStopEndsTheWaitAndIsNotLostToTheCall) {
    fibers::run([] {
        fibers::once_flag flag;
        int calls = 0;
        auto first = fibers::spawn([&] {
            fibers::call_once(flag, [&] {
                ++calls;
                fibers::this_fiber::sleep_for(1h);
            });
        });
        test::let_others_run();
        auto stopped =
            fibers::spawn([&] { return test::error_of([&] { fibers::call_once(flag, [] {}); }); });
        auto next = fibers::spawn([&] { fibers::call_once(flag, [&] { ++calls; }); });
        test::let_others_run();
        stopped.request_stop();
        EXPECT_EQ(stopped.join(), std::errc::operation_canceled);
        first.request_stop(); // its call fails, so the next one tries
        EXPECT_EQ(test::error_of([&] { first.join(); }), std::errc::operation_canceled);
        next.join();
        EXPECT_EQ(calls, 2);
    });
}

} // namespace
