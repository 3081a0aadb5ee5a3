#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

/// Threads that have been seen.
class thread_set {
  public:
    void insert_this_one() {
        const std::lock_guard lock{m_};
        threads_.insert(std::this_thread::get_id());
    }
    std::size_t size() {
        const std::lock_guard lock{m_};
        return threads_.size();
    }

  private:
    std::mutex m_; // for moments only
    std::set<std::thread::id> threads_;
};

/// Gives workers that have nothing to do the time to fall asleep.
void let_the_others_sleep() {
    std::this_thread::sleep_for(30ms);
}

TEST(Stealing, IdleWorkerTakesWhatABusyOneHasSpawned) {
    fibers::runtime{{.workers = 2}}.run([] {
        let_the_others_sleep();
        std::atomic<bool> ran = false;
        const auto here = std::this_thread::get_id();
        auto f = fibers::spawn([&] {
            EXPECT_NE(std::this_thread::get_id(), here);
            ran = true;
        });
        EXPECT_TRUE(test::eventually_while_busy([&] { return ran.load(); }));
        f.join();
    });
}

class StealingFromABurst : public testing::TestWithParam<unsigned> {};
INSTANTIATE_TEST_SUITE_P(Workers, StealingFromABurst, testing::Values(2U, 3U, 4U, 8U),
                         testing::PrintToStringParamName());

TEST_P(StealingFromABurst, BringsAllWorkersToWork) {
    fibers::runtime{{.workers = GetParam()}}.run([] {
        const unsigned workers = GetParam();
        let_the_others_sleep();
        thread_set seen;
        fibers::scope burst;
        for (unsigned i = 0; i < 3 * workers; ++i)
            burst.spawn([&] { // keeps its worker busy until all take part
                seen.insert_this_one();
                EXPECT_TRUE(test::eventually_while_busy([&] {
                    std::this_thread::sleep_for(100us);
                    return seen.size() == workers;
                }));
            });
        burst.join();
        EXPECT_EQ(seen.size(), workers);
    });
}

TEST(Stealing, IdleWorkerTakesWhatWasMeantForABusyOne) {
    // New fibers are dealt to the worker with the fewest. Here that is one whose only fiber computes
    // for long; the third worker has more fibers, and all of them wait.
    fibers::runtime{{.workers = 3}}.run([] {
        fibers::mutex m;
        fibers::condition_variable cv;
        std::map<std::thread::id, int> waiting;
        std::optional<std::thread::id> released;
        bool over = false;
        std::atomic<bool> computes = false;
        std::atomic<bool> computed_enough = false;
        fibers::scope all;
        for (int i = 0; i < 60; ++i)
            all.spawn([&] {
                std::unique_lock lock{m};
                const auto here = std::this_thread::get_id();
                ++waiting[here];
                cv.wait(lock, [&] { return over || released == here; });
                if (--waiting[here] > 0 || over)
                    return;
                lock.unlock(); // the last one here
                computes = true;
                EXPECT_TRUE(test::eventually_while_busy([&] { return computed_enough.load(); }));
            });
        ASSERT_TRUE(test::eventually([&] {
            const std::lock_guard lock{m};
            int all_waiting = 0;
            for (const auto& [thread, count] : waiting)
                all_waiting += count;
            return all_waiting == 60;
        }));
        const auto end_all = [&] {
            const std::lock_guard lock{m};
            over = true;
            cv.notify_all();
        };
        if (waiting.size() != 3U) {
            end_all();
            all.join();
            GTEST_SKIP() << "the system has given one of the workers no time";
        }
        {
            const std::lock_guard lock{m};
            for (const auto& [thread, count] : waiting)
                if (thread != std::this_thread::get_id())
                    released = thread;
            cv.notify_all();
        }
        ASSERT_TRUE(test::eventually([&] { return computes.load(); }));
        let_the_others_sleep();
        std::atomic<int> ran = 0;
        for (int i = 0; i < 8; ++i)
            all.spawn([&] { ++ran; });
        EXPECT_TRUE(test::eventually_while_busy([&] { return ran == 8; }));
        computed_enough = true;
        end_all();
        all.join();
    });
}

TEST_P(StealingFromABurst, GoesOnThoughTheFirstThiefWasWokenForOtherWork) {
    // One worker is invited to steal, and finds a fiber of its own to run on the way.
    fibers::runtime{{.workers = GetParam()}}.run([] {
        if (GetParam() < 3)
            return;
        fibers::mutex m;
        fibers::condition_variable cv;
        bool go = false;
        std::atomic<bool> elsewhere = false;
        std::atomic<bool> over = false;
        auto busy = fibers::spawn([&] {
            std::unique_lock lock{m};
            elsewhere = true;
            cv.wait(lock, [&] { return go; });
            lock.unlock();
            EXPECT_TRUE(test::eventually_while_busy([&] { return over.load(); }));
        });
        ASSERT_TRUE(test::eventually_while_busy([&] { return elsewhere.load(); }));
        let_the_others_sleep();
        std::atomic<int> ran = 0;
        auto first = fibers::spawn([&] { ++ran; });
        {
            const std::lock_guard lock{m};
            go = true;
        }
        cv.notify_one();
        auto second = fibers::spawn([&] { ++ran; });
        EXPECT_TRUE(test::eventually_while_busy([&] { return ran == 2; }));
        over = true;
        busy.join();
        first.join();
        second.join();
    });
}

TEST_P(StealingFromABurst, IsNotStrandedByAThiefThatWasWokenForOtherWork) {
    fibers::runtime{{.workers = GetParam()}}.run([] {
        if (GetParam() < 3)
            return;
        fibers::mutex m;
        fibers::condition_variable cv;
        bool go = false;
        std::atomic<bool> elsewhere = false;
        std::atomic<bool> over = false;
        auto busy = fibers::spawn([&] {
            std::unique_lock lock{m};
            elsewhere = true;
            cv.wait(lock, [&] { return go; });
            lock.unlock();
            EXPECT_TRUE(test::eventually_while_busy([&] { return over.load(); }));
        });
        ASSERT_TRUE(test::eventually_while_busy([&] { return elsewhere.load(); }));
        let_the_others_sleep();
        std::atomic<bool> ran = false;
        std::unique_lock lock{m};
        go = true;
        auto stranded = fibers::spawn([&] { ran = true; }); // invites a thief
        cv.notify_one();                                    // and gives it something else to do
        lock.unlock();
        EXPECT_TRUE(test::eventually_while_busy([&] { return ran.load(); }));
        over = true;
        busy.join();
        stranded.join();
    });
}

TEST_P(StealingFromABurst, NeverMovesAFiberThatHasRun) {
    fibers::runtime{{.workers = GetParam()}}.run([] {
        thread_set seen;
        fibers::mutex m;
        fibers::scope all;
        for (int i = 0; i < 200; ++i)
            all.spawn([&, i] {
                const auto home = std::this_thread::get_id();
                seen.insert_this_one();
                for (int round = 0; round < 30; ++round) {
                    switch ((i + round) % 4) {
                    case 0:
                        fibers::this_fiber::yield();
                        break;
                    case 1:
                        fibers::this_fiber::sleep_for(50us);
                        break;
                    case 2: {
                        const std::lock_guard lock{m};
                        fibers::this_fiber::yield();
                        break;
                    }
                    default:
                        fibers::spawn([] { fibers::this_fiber::yield(); }).join();
                    }
                    ASSERT_EQ(std::this_thread::get_id(), home);
                }
            });
        all.join();
        EXPECT_GE(seen.size(), 1U);
    });
}

TEST_P(StealingFromABurst, LosesNoFiberAndRunsNoneTwice) {
    fibers::runtime{{.workers = GetParam()}}.run([] {
        const int parents = test::scaled(2'000);
        constexpr int children = 20;
        std::vector<std::atomic<int>> runs(static_cast<std::size_t>(parents * children));
        fibers::scope all;
        for (int p = 0; p < parents; ++p)
            all.spawn([&, p] {
                std::vector<fibers::fiber<void>> own;
                for (int c = 0; c < children; ++c)
                    own.push_back(
                        fibers::spawn([&, at = static_cast<std::size_t>(p * children + c)] {
                            if (at % 5 == 0)
                                fibers::this_fiber::yield();
                            ++runs[at];
                        }));
                for (auto& f : own)
                    f.join();
            });
        all.join();
        for (const auto& times : runs)
            ASSERT_EQ(times, 1);
    });
}

TEST_P(StealingFromABurst, SpawnsFromAllSidesAtOnceArrive) {
    fibers::runtime runtime{{.workers = GetParam()}};
    const int each = test::scaled(5'000);
    std::atomic<int> ended = 0;
    runtime.run([&] {
        std::vector<std::thread> threads;
        for (int t = 0; t < 2; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < each; ++i)
                    runtime.spawn([&] { ++ended; }).detach();
            });
        fibers::scope all;
        for (int s = 0; s < 4; ++s)
            all.spawn([&] {
                for (int i = 0; i < each; ++i) {
                    fibers::spawn([&] { ++ended; }).detach();
                    if (i % 100 == 0)
                        fibers::this_fiber::yield();
                }
            });
        all.join();
        EXPECT_TRUE(test::eventually([&] { return ended == 6 * each; }));
        for (auto& t : threads)
            t.join();
    });
}

} // namespace
