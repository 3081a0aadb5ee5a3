#include <fibers/runtime.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class SeveralRuntimes : public test::with_workers {
  protected:
    /// A runtime in a thread of its own, which runs until it is told to end.
    class neighbour {
      public:
        explicit neighbour(unsigned workers)
            : runtime_{{.workers = workers}}, thread_{[this] {
                runtime_.run([this] {
                    while (!over_)
                        fibers::this_fiber::sleep_for(1ms);
                });
            }} {}
        ~neighbour() { end(); }
        neighbour(const neighbour&) = delete;
        neighbour& operator=(const neighbour&) = delete;

        fibers::runtime& runtime() { return runtime_; }
        void end() {
            over_ = true;
            if (thread_.joinable())
                thread_.join();
        }

      private:
        std::atomic<bool> over_ = false;
        fibers::runtime runtime_;
        std::thread thread_;
    };
};
INSTANTIATE_TEST_SUITE_P(Workers, SeveralRuntimes, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(SeveralRuntimes, RunOneAfterTheOther) {
    for (int i = 0; i < 50; ++i)
        EXPECT_EQ(run([i] { return fibers::spawn([i] { return i; }).join(); }), i);
}

TEST_P(SeveralRuntimes, RunSideBySide) {
    std::vector<std::thread> threads;
    std::atomic<int> sum = 0;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&] {
            run([&] {
                std::vector<fibers::fiber<void>> all;
                for (int i = 0; i < 500; ++i)
                    all.push_back(fibers::spawn([&] {
                        fibers::this_fiber::yield();
                        ++sum;
                    }));
                for (auto& f : all)
                    f.join();
            });
        });
    for (auto& t : threads)
        t.join();
    EXPECT_EQ(sum, 2'000);
}

TEST_P(SeveralRuntimes, FibersSpawnAndJoinInEachOther) {
    neighbour other{GetParam()};
    run([&] {
        const auto here = std::this_thread::get_id();
        std::vector<fibers::fiber<int>> there;
        for (int i = 0; i < 200; ++i)
            there.push_back(other.runtime().spawn([&, i] {
                EXPECT_NE(std::this_thread::get_id(), here);
                fibers::this_fiber::yield();
                return fibers::spawn([i] { return i; }).join(); // a fiber of that runtime
            }));
        for (int i = 0; i < 200; ++i)
            EXPECT_EQ(there[static_cast<std::size_t>(i)].join(), i);
    });
}

TEST_P(SeveralRuntimes, FibersStopEachOther) {
    neighbour other{GetParam()};
    run([&] {
        for (int i = 0; i < 50; ++i) {
            auto f = other.runtime().spawn(
                [] { return test::error_of([] { fibers::this_fiber::sleep_for(1h); }); });
            if (i % 2 == 0)
                fibers::this_fiber::sleep_for(100us);
            f.request_stop();
            EXPECT_EQ(f.join(), std::errc::operation_canceled);
        }
    });
}

TEST_P(SeveralRuntimes, FibersOfBothShareMutexAndConditionVariable) {
    neighbour other{GetParam()};
    fibers::mutex m;
    fibers::condition_variable cv;
    bool here_next = true;
    const int rounds = test::scaled(3'000);
    const auto play = [&](bool here) {
        for (int i = 0; i < rounds; ++i) {
            std::unique_lock lock{m};
            cv.wait(lock, [&] { return here_next == here; });
            here_next = !here;
            cv.notify_one();
        }
    };
    run([&] {
        auto there = other.runtime().spawn(play, false);
        play(true);
        there.join();
    });
    EXPECT_TRUE(here_next);
}

TEST_P(SeveralRuntimes, OneMayEndAtOnceWhenAnotherHasWokenItsLastFiber) {
    // The waker may be still on its way out of the wake-up when the workers go.
    neighbour waker{1};
    for (int i = 0; i < test::scaled(500); ++i) {
        fibers::mutex m;
        fibers::condition_variable cv;
        bool waiting = false;
        bool go = false;
        auto notifier = waker.runtime().spawn([&] {
            for (;; fibers::this_fiber::yield()) {
                const std::lock_guard lock{m};
                if (waiting)
                    break;
            }
            const std::lock_guard lock{m};
            go = true;
            cv.notify_one();
        });
        run([&] {
            std::unique_lock lock{m};
            waiting = true;
            cv.wait(lock, [&] { return go; });
        });
        notifier.join();
    }
}

TEST_P(SeveralRuntimes, OneMayEndAtOnceWhenAPlainThreadHasStoppedItsLastFiber) {
    for (int i = 0; i < test::scaled(500); ++i) {
        fibers::runtime runtime{{.workers = GetParam()}};
        std::atomic<bool> runs = false;
        std::atomic<bool> ends = false;
        auto f = runtime.spawn([&] {
            runs = true;
            const std::error_code why = test::error_of([] { fibers::this_fiber::sleep_for(1h); });
            ends = true;
            return why;
        });
        std::thread stopper{[&] {
            while (!runs)
                std::this_thread::yield();
            f.request_stop();
        }};
        runtime.run([&] {
            while (!ends)
                fibers::this_fiber::yield();
        });
        stopper.join();
        EXPECT_EQ(f.join(), std::errc::operation_canceled);
    }
}

TEST_P(SeveralRuntimes, HandlesOutliveTheirRuntime) {
    fibers::fiber<int> ended;
    fibers::fiber<void> dropped;
    {
        neighbour other{GetParam()};
        ended = other.runtime().spawn([] { return 8; });
        dropped = other.runtime().spawn([] { fibers::this_fiber::sleep_for(1h); });
    }
    EXPECT_EQ(ended.join(), 8);
    EXPECT_EQ(test::error_of([&] { dropped.join(); }), std::errc::operation_canceled);
}

TEST_P(SeveralRuntimes, SpawnEitherRunsTheFiberOrFailsWhileTheOtherEnds) {
    for (int round = 0; round < test::scaled(40); ++round) {
        std::atomic<int> ran = 0;
        int accepted = 0;
        {
            neighbour other{GetParam()};
            std::thread spawner{[&] {
                try {
                    for (;;) {
                        other.runtime().spawn([&] { ++ran; }).detach();
                        ++accepted;
                        // Slowly enough for the other one to find an end.
                        std::this_thread::sleep_for(1us);
                    }
                } catch (const std::system_error& error) {
                    EXPECT_EQ(error.code(), std::errc::operation_not_permitted);
                }
            }};
            std::this_thread::sleep_for(200us);
            other.end();
            spawner.join();
        }
        EXPECT_EQ(ran, accepted);
    }
}

} // namespace
