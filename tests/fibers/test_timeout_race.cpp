// A wake-up and a timeout that come at the same instant: exactly one wins, and a wake-up that comes
// too late for one waiter is not lost for the next.

#include <fibers/readiness.hpp>
#include <fibers/runtime.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/event.hpp>
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
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

constexpr auto moment = 30us; ///< in which everything happens

class TimeoutRace : public test::everywhere {
  protected:
    void run_rounds(const std::function<void(test::random_moments&)>& round) {
        const bool has_threads =
            GetParam() == test::place::plain_threads || GetParam() == test::place::mixed;
        const test::rounds how =
            has_threads ? test::rounds{.wanted = 400, .lanes = 4} : test::rounds{.wanted = 8'000};
        run([&] {
            test::run_rounds(
                how, [this](std::function<void()> lane) { return start(std::move(lane)); }, round);
        });
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, TimeoutRace, test::every_place, test::name_of_place);

void await(const std::atomic<int>& count, int wanted) {
    while (count != wanted)
        fibers::this_fiber::yield();
}

TEST_P(TimeoutRace, NotifyOneIsNotLostToAWaiterWhoseTimeIsUp) {
    run_rounds([&](test::random_moments& moments) {
        fibers::mutex m;
        fibers::condition_variable cv;
        std::atomic<int> waiting = 0;
        bool in_time = false;
        const auto patience = moments.up_to(moment);
        auto hasty = start([&] {
            std::unique_lock lock{m};
            ++waiting;
            in_time = cv.wait_for(lock, patience) == fibers::cv_status::no_timeout;
        });
        auto patient = start([&] {
            std::unique_lock lock{m};
            ++waiting;
            cv.wait(lock);
        });
        await(waiting, 2);
        { const std::lock_guard both_wait_now{m}; }
        test::spin_for(moments.up_to(moment / 4));
        cv.notify_one();
        hasty.join();
        if (in_time)
            cv.notify_one();
        patient.join(); // hangs if the notification was lost
    });
}

TEST_P(TimeoutRace, NotifyAllReachesAllWhoStillWait) {
    run_rounds([&](test::random_moments& moments) {
        fibers::mutex m;
        fibers::condition_variable cv;
        std::atomic<int> waiting = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 3; ++t)
            tasks.push_back(start([&, t, patience = moments.up_to(moment)] {
                std::unique_lock lock{m};
                ++waiting;
                if (t == 0)
                    cv.wait(lock);
                else
                    cv.wait_for(lock, patience);
            }));
        await(waiting, 3);
        { const std::lock_guard all_wait_now{m}; }
        test::spin_for(moments.up_to(moment / 4));
        cv.notify_all();
        for (auto& t : tasks)
            t.join();
    });
}

TEST_P(TimeoutRace, UnlockIsNotLostToAWaiterWhoGivesUp) {
    run_rounds([&](test::random_moments& moments) {
        fibers::timed_mutex m;
        std::atomic<int> started = 0;
        m.lock();
        const auto patience = moments.up_to(moment);
        auto hasty = start([&] {
            ++started;
            if (m.try_lock_for(patience))
                m.unlock();
        });
        auto patient = start([&] {
            ++started;
            m.lock();
            m.unlock();
        });
        await(started, 2);
        test::spin_for(moments.up_to(moment / 4));
        m.unlock();
        hasty.join();
        patient.join();
        EXPECT_TRUE(m.try_lock());
        m.unlock();
    });
}

TEST_P(TimeoutRace, APermitIsNotLostToAWaiterWhoGivesUp) {
    run_rounds([&](test::random_moments& moments) {
        fibers::counting_semaphore<> s{0};
        bool in_time = false;
        const auto patience = moments.up_to(moment);
        auto hasty = start([&] { in_time = s.try_acquire_for(patience); });
        auto patient = start([&] { s.acquire(); });
        test::spin_for(moments.up_to(moment / 4));
        s.release();
        hasty.join();
        if (in_time)
            s.release();
        patient.join();
        EXPECT_FALSE(s.try_acquire());
    });
}

TEST_P(TimeoutRace, AnEventIsNotLostToAWaiterWhoGivesUp) {
    run_rounds([&](test::random_moments& moments) {
        fibers::manual_reset_event set;
        const auto patience = moments.up_to(moment);
        auto hasty = start([&] { static_cast<void>(set.wait_for(patience)); });
        auto patient = start([&] { set.wait(); });
        test::spin_for(moments.up_to(moment / 4));
        set.set();
        hasty.join();
        patient.join();
    });
}

TEST_P(TimeoutRace, SharedUnlockIsNotLostToAWriterWhoGivesUp) {
    run_rounds([&](test::random_moments& moments) {
        fibers::shared_timed_mutex m;
        std::atomic<int> started = 0;
        m.lock_shared();
        const auto patience = moments.up_to(moment);
        auto hasty = start([&] {
            ++started;
            if (m.try_lock_for(patience))
                m.unlock();
        });
        auto reader = start([&] {
            ++started;
            m.lock_shared();
            m.unlock_shared();
        });
        auto writer = start([&] {
            ++started;
            m.lock();
            m.unlock();
        });
        await(started, 3);
        test::spin_for(moments.up_to(moment / 4));
        m.unlock_shared();
        hasty.join();
        reader.join();
        writer.join();
        EXPECT_TRUE(m.try_lock());
        m.unlock();
    });
}

TEST_P(TimeoutRace, ReadinessIsNotLostToAWaiterWhoseTimeIsUp) {
    run_rounds([&](test::random_moments& moments) {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        fibers::readiness readable{pipe.reader.handle()};
        std::atomic<int> started = 0;
        const auto patience = moments.up_to(moment);
        auto reader = start([&] {
            ++started;
            bool hasty = true;
            while (!pipe.reader.take()) {
                if (hasty) {
                    fibers::timeout_scope limit{patience};
                    hasty = readable.wait(fibers::direction::read) != std::errc::timed_out;
                } else {
                    EXPECT_EQ(readable.wait(fibers::direction::read), std::error_code{});
                }
            }
        });
        await(started, 1);
        test::spin_for(moments.up_to(moment / 4));
        pipe.writer.put();
        reader.join();
    });
}

class JoinTimeoutRace : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, JoinTimeoutRace, test::worker_counts,
                         testing::PrintToStringParamName());

/// Joins, gives up when the time is up, joins again.
int join_hastily(fibers::fiber<int>& f, std::chrono::nanoseconds patience) {
    try {
        fibers::timeout_scope limit{patience};
        return f.join();
    } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::timed_out);
        return f.join();
    }
}

TEST_P(JoinTimeoutRace, TheEndIsNotLostToAJoinWhoseTimeIsUp) {
    run([] {
        test::run_rounds({.wanted = 24'000}, test::fiber_of, [](test::random_moments& moments) {
            auto f = fibers::spawn([work = moments.up_to(moment / 4)] {
                test::spin_for(work);
                fibers::this_fiber::yield();
                return 7;
            });
            EXPECT_EQ(join_hastily(f, moments.up_to(moment)), 7);
        });
    });
}

TEST_P(JoinTimeoutRace, TheEndIsNotLostToAThreadWhoseTimeIsUp) {
    fibers::runtime runtime{{.workers = GetParam()}};
    std::atomic<int> running = 3;
    std::vector<std::thread> threads;
    for (unsigned seed = 1; seed <= 3; ++seed)
        threads.emplace_back([&, seed] {
            test::random_moments moments{seed};
            for (int i = 0; i < test::scaled(1'000); ++i) {
                auto f = runtime.spawn([i, work = moments.up_to(moment / 4)] {
                    test::spin_for(work);
                    return i;
                });
                EXPECT_EQ(join_hastily(f, moments.up_to(moment)), i);
            }
            --running;
        });
    runtime.run([&] {
        while (running > 0)
            fibers::this_fiber::sleep_for(1ms);
    });
    for (auto& t : threads)
        t.join();
}

} // namespace
