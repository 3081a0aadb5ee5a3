#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class DroppedHandle : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, DroppedHandle, test::worker_counts,
                         testing::PrintToStringParamName());

/// Notes how a fiber that sleeps long has ended.
struct sleeper {
    std::atomic<bool>& stopped;
    void operator()() const {
        stopped = test::error_of([] { fibers::this_fiber::sleep_for(1h); }) ==
                  std::errc::operation_canceled;
    }
};

TEST_P(DroppedHandle, StopsTheFiberAndAwaitsItsEnd) {
    run([] {
        std::atomic<bool> stopped = false;
        {
            auto f = fibers::spawn(sleeper{stopped});
            fibers::this_fiber::sleep_for(2ms);
        }
        EXPECT_TRUE(stopped);
    });
}

TEST_P(DroppedHandle, StopsAFiberThatHasNotRunYet) {
    run([] {
        std::atomic<bool> stopped = false;
        { auto f = fibers::spawn(sleeper{stopped}); }
        EXPECT_TRUE(stopped);
    });
}

TEST_P(DroppedHandle, DropsWhatTheFiberThrew) {
    run([] {
        {
            auto f = fibers::spawn([] { throw std::runtime_error("dropped"); });
        }
        {
            auto f = fibers::spawn([]() -> int { throw 5; });
        }
    });
}

TEST_P(DroppedHandle, AwaitsTheEndWhateverStopAndDeadlineSay) {
    run([] {
        std::atomic<bool> ended = false;
        auto dropper = fibers::spawn([&] {
            fibers::timeout_scope over{std::chrono::steady_clock::now() - 1s};
            auto stubborn = fibers::spawn([&] {
                for (int i = 0; i < 50; ++i)
                    fibers::this_fiber::yield();
                ended = true;
            });
        });
        dropper.request_stop();
        dropper.join();
        EXPECT_TRUE(ended);
    });
}

TEST_P(DroppedHandle, IsStoppedByMoveAssignment) {
    run([] {
        std::atomic<bool> stopped = false;
        auto f = fibers::spawn(sleeper{stopped});
        f = fibers::spawn([] {});
        EXPECT_TRUE(stopped);
        f.join();
    });
}

TEST_P(DroppedHandle, LeavesAMovedFiberAlone) {
    run([] {
        std::atomic<bool> stopped = false;
        std::atomic<bool> go = false;
        fibers::fiber<int> kept;
        {
            auto f = fibers::spawn([&] {
                while (!go)
                    fibers::this_fiber::sleep_for(1ms);
                return 1;
            });
            kept = std::move(f);
            EXPECT_FALSE(f.joinable());
            auto& same = kept;
            kept = std::move(same);
        }
        EXPECT_TRUE(kept.joinable());
        EXPECT_FALSE(stopped);
        go = true;
        EXPECT_EQ(kept.join(), 1);
    });
}

TEST_P(DroppedHandle, OnAPlainThreadAwaitsTheEndToo) {
    fibers::runtime runtime{{.workers = GetParam()}};
    std::atomic<bool> stopped = false;
    auto f = runtime.spawn(sleeper{stopped});
    runtime.run([&] {
        std::atomic<bool> dropped = false;
        std::thread dropper{[&, taken = std::move(f)]() mutable {
            { auto last = std::move(taken); }
            EXPECT_TRUE(stopped);
            dropped = true;
        }};
        while (!dropped)
            fibers::this_fiber::sleep_for(1ms);
        dropper.join();
    });
}

TEST(DroppedHandleOfARuntimeThatNeverRan, MayHoldAnother) {
    fibers::runtime runtime;
    auto inner = runtime.spawn([] {});
    {
        auto outer = runtime.spawn([taken = std::move(inner)] { FAIL() << "was called"; });
    }
    EXPECT_FALSE(inner.joinable());
}

TEST(DroppedHandleOfARuntimeThatNeverRan, ReturnsAtOnce) {
    bool called = false;
    fibers::runtime runtime;
    {
        auto f = runtime.spawn([&] { called = true; });
    }
    EXPECT_FALSE(called);
}

} // namespace
