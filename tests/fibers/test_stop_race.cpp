// A stop that comes at the same instant as a wake-up or a timeout: exactly one wins; a wake-up is
// not lost to a waiter that has been stopped, nor the stop to one that has been woken.

#include <fibers/readiness.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/latch.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/sync/semaphore.hpp>
#include <fibers/sync/shared_timed_mutex.hpp>
#include <fibers/sync/timed_mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/random_moments.hpp>
#include <tests/fibers/rounds.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

constexpr auto moment = 30us; ///< in which everything happens

/// With a number of workers; the stop comes from a fiber, or from a plain thread.
class StopRace : public test::with_workers {
  protected:
    void run_rounds(const std::function<void(test::random_moments&)>& round) {
        run([&] { test::run_rounds({.wanted = 8'000}, test::fiber_of, round); });
    }

    /// Asks `f` to stop, soon, from another fiber.
    static fibers::fiber<void> start_stopper(fibers::fiber<std::error_code>& f,
                                             std::chrono::nanoseconds when) {
        return fibers::spawn([&f, when] {
            test::spin_for(when);
            f.request_stop();
        });
    }

    static void expect_woken_or_stopped(std::error_code how) {
        if (how) {
            EXPECT_EQ(how, std::errc::operation_canceled);
        }
    }
};
INSTANTIATE_TEST_SUITE_P(Workers, StopRace, test::worker_counts, testing::PrintToStringParamName());

void await(const std::atomic<int>& count, int wanted) {
    while (count != wanted)
        fibers::this_fiber::yield();
}

TEST_P(StopRace, NotifyOneIsNotLostToAStoppedWaiter) {
    run_rounds([](test::random_moments& moments) {
        fibers::mutex m;
        fibers::condition_variable cv;
        std::atomic<int> waiting = 0;
        auto victim = fibers::spawn([&] {
            std::unique_lock lock{m};
            ++waiting;
            return test::error_of([&] { cv.wait(lock); });
        });
        auto patient = fibers::spawn([&] {
            std::unique_lock lock{m};
            ++waiting;
            cv.wait(lock);
        });
        await(waiting, 2);
        { const std::lock_guard both_wait_now{m}; }
        auto stopper = start_stopper(victim, moments.up_to(moment / 4));
        test::spin_for(moments.up_to(moment / 4));
        fibers::this_fiber::yield();
        cv.notify_one();
        stopper.join();
        const std::error_code how = victim.join();
        expect_woken_or_stopped(how);
        if (!how)
            cv.notify_one();
        patient.join(); // hangs if the notification was lost
    });
}

TEST_P(StopRace, UnlockIsNotLostToAStoppedWaiter) {
    run_rounds([](test::random_moments& moments) {
        fibers::timed_mutex m;
        std::atomic<int> started = 0;
        m.lock();
        auto victim = fibers::spawn([&] {
            ++started;
            return test::error_of([&] {
                if (m.try_lock_for(1h))
                    m.unlock();
            });
        });
        auto patient = fibers::spawn([&] {
            ++started;
            m.lock();
            m.unlock();
        });
        await(started, 2);
        auto stopper = start_stopper(victim, moments.up_to(moment / 4));
        test::spin_for(moments.up_to(moment / 4));
        fibers::this_fiber::yield();
        m.unlock();
        stopper.join();
        expect_woken_or_stopped(victim.join());
        patient.join();
        EXPECT_TRUE(m.try_lock());
        m.unlock();
    });
}

TEST_P(StopRace, APermitIsNotLostToAStoppedWaiter) {
    run_rounds([](test::random_moments& moments) {
        fibers::counting_semaphore<> s{0};
        auto victim = fibers::spawn([&] { return test::error_of([&] { s.acquire(); }); });
        auto patient = fibers::spawn([&] { s.acquire(); });
        auto stopper = start_stopper(victim, moments.up_to(moment / 4));
        test::spin_for(moments.up_to(moment / 4));
        fibers::this_fiber::yield();
        s.release();
        stopper.join();
        const std::error_code how = victim.join();
        expect_woken_or_stopped(how);
        if (!how)
            s.release();
        patient.join();
        EXPECT_FALSE(s.try_acquire());
    });
}

TEST_P(StopRace, ALatchOpensForThoseWhoAreNotStopped) {
    run_rounds([](test::random_moments& moments) {
        fibers::latch door{1};
        auto victim = fibers::spawn([&] { return test::error_of([&] { door.wait(); }); });
        auto patient = fibers::spawn([&] { door.wait(); });
        auto stopper = start_stopper(victim, moments.up_to(moment / 4));
        test::spin_for(moments.up_to(moment / 4));
        fibers::this_fiber::yield();
        door.count_down();
        stopper.join();
        expect_woken_or_stopped(victim.join());
        patient.join();
    });
}

TEST_P(StopRace, SharedUnlockIsNotLostToAStoppedWriter) {
    run_rounds([](test::random_moments& moments) {
        fibers::shared_timed_mutex m;
        std::atomic<int> started = 0;
        m.lock_shared();
        auto victim = fibers::spawn([&] {
            ++started;
            return test::error_of([&] {
                if (m.try_lock_for(1h))
                    m.unlock();
            });
        });
        auto reader = fibers::spawn([&] {
            ++started;
            m.lock_shared();
            m.unlock_shared();
        });
        await(started, 2);
        auto stopper = start_stopper(victim, moments.up_to(moment / 4));
        test::spin_for(moments.up_to(moment / 4));
        fibers::this_fiber::yield();
        m.unlock_shared();
        stopper.join();
        expect_woken_or_stopped(victim.join());
        reader.join();
        EXPECT_TRUE(m.try_lock());
        m.unlock();
    });
}

TEST_P(StopRace, TheEndIsNotLostToAStoppedJoin) {
    run_rounds([](test::random_moments& moments) {
        auto ends = fibers::spawn([work = moments.up_to(moment / 4)] {
            fibers::this_fiber::yield();
            test::spin_for(work);
        });
        auto victim = fibers::spawn([&] { return test::error_of([&] { ends.join(); }); });
        auto stopper = start_stopper(victim, moments.up_to(moment / 4));
        stopper.join();
        const std::error_code how = victim.join();
        expect_woken_or_stopped(how);
        EXPECT_EQ(ends.joinable(), bool{how});
        if (how)
            ends.join();
    });
}

TEST_P(StopRace, TheEndOfAScopeIsNotLostToAStoppedJoin) {
    run_rounds([](test::random_moments& moments) {
        const auto work = moments.up_to(moment / 4);
        auto victim = fibers::spawn([&] {
            std::atomic<int> ended = 0;
            const std::error_code how = test::error_of([&] {
                fibers::scope children;
                for (int i = 0; i < 2; ++i)
                    children.spawn([&] {
                        fibers::this_fiber::yield();
                        test::spin_for(work);
                        ++ended;
                    });
                children.join();
            });
            EXPECT_EQ(ended, 2);
            return how;
        });
        auto stopper = start_stopper(victim, moments.up_to(moment / 2));
        stopper.join();
        expect_woken_or_stopped(victim.join());
    });
}

TEST_P(StopRace, ReadinessIsNotLostToAStoppedWaiter) {
    run_rounds([](test::random_moments& moments) {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        fibers::readiness readable{pipe.reader.handle()};
        std::atomic<int> started = 0;
        auto victim = fibers::spawn([&] {
            ++started;
            std::error_code how;
            while (!how && !pipe.reader.take())
                how = readable.wait(fibers::direction::read);
            return how;
        });
        await(started, 1);
        auto stopper = start_stopper(victim, moments.up_to(moment / 4));
        test::spin_for(moments.up_to(moment / 4));
        fibers::this_fiber::yield();
        pipe.writer.put();
        stopper.join();
        const std::error_code how = victim.join();
        expect_woken_or_stopped(how);
        while (how && !pipe.reader.take())
            ASSERT_EQ(readable.wait(fibers::direction::read), std::error_code{});
    });
}

TEST_P(StopRace, AStopIsNotLostToATimeout) {
    run_rounds([](test::random_moments& moments) {
        const auto nap = moments.up_to(moment);
        auto victim = fibers::spawn([&] {
            // One of its sleeps is stopped, if not this one then the next.
            std::error_code how = test::error_of([&] { fibers::this_fiber::sleep_for(nap); });
            if (!how)
                how = test::error_of([] { fibers::this_fiber::sleep_for(1h); });
            return how;
        });
        auto stopper = start_stopper(victim, moments.up_to(moment / 2));
        stopper.join();
        EXPECT_EQ(victim.join(), std::errc::operation_canceled);
    });
}

TEST_P(StopRace, AStopFromAPlainThreadIsNotLostEither) {
    run([] {
        // A hand that stops what it is given, at its own pace.
        std::atomic<fibers::fiber<std::error_code>*> given = nullptr;
        std::atomic<bool> over = false;
        std::thread hand{[&] {
            for (; !over; std::this_thread::yield())
                if (auto* const f = given.load()) {
                    f->request_stop();
                    given = nullptr;
                }
        }};
        test::random_moments moments{7};
        for (int i = 0; i < test::scaled(2'000); ++i) {
            fibers::mutex m;
            fibers::condition_variable cv;
            auto victim = fibers::spawn([&, patience = moments.up_to(moment)] {
                std::unique_lock lock{m};
                std::error_code how = test::error_of([&] { cv.wait_for(lock, patience); });
                while (!how)
                    how = test::error_of([&] { cv.wait(lock); });
                return how;
            });
            if (moments.coin())
                fibers::this_fiber::yield();
            given = &victim;
            for (; given; fibers::this_fiber::yield())
                cv.notify_all();
            ASSERT_EQ(victim.join(), std::errc::operation_canceled);
        }
        over = true;
        hand.join();
    });
}

} // namespace
