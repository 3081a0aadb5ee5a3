// A wake-up, a timeout and a stop that come at the same instant: exactly one ends the wait, and what
// the wake-up has brought is not lost.

#include <fibers/runtime.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/sync/timed_mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/contest.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/rounds.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

constexpr auto moment = 20us; ///< in which everything happens

class WakeRace : public test::with_workers {
  protected:
    void run_rounds(const std::function<void(test::random_moments&)>& round) {
        run([&] { test::run_rounds({.wanted = 5'000}, test::fiber_of, round); });
    }
};
INSTANTIATE_TEST_SUITE_P(Workers, WakeRace, test::worker_counts, testing::PrintToStringParamName());

TEST_P(WakeRace, NotifyOneWakesTheWaiterOrTheNext) {
    run_rounds([](test::random_moments& moments) {
        fibers::mutex m;
        fibers::condition_variable cv;
        int tokens = 0;
        const auto take = [&](auto wait) {
            std::unique_lock lock{m};
            while (tokens == 0)
                if (!wait(lock))
                    return false;
            --tokens;
            return true;
        };
        auto patient = fibers::spawn([&] {
            return take([&](auto& lock) {
                cv.wait(lock);
                return true;
            });
        });
        const test::ending how = test::contest(
            moments, moment,
            [&](auto patience) {
                return take([&](auto& lock) {
                    return cv.wait_for(lock, patience) == fibers::cv_status::no_timeout;
                });
            },
            [&] {
                { std::lock_guard{m}, ++tokens; }
                cv.notify_one();
            });
        if (how == test::ending::woken) {
            { std::lock_guard{m}, ++tokens; }
            cv.notify_one();
        }
        EXPECT_TRUE(patient.join()); // hangs if the notification was lost
        EXPECT_EQ(tokens, 0);
    });
}

TEST_P(WakeRace, NotifyAllWakesTheWaiterOrComesTooLate) {
    run_rounds([](test::random_moments& moments) {
        fibers::mutex m;
        fibers::condition_variable cv;
        bool open = false;
        auto patient = fibers::spawn([&] {
            std::unique_lock lock{m};
            cv.wait(lock, [&] { return open; });
        });
        test::contest(
            moments, moment,
            [&](auto patience) {
                std::unique_lock lock{m};
                return cv.wait_for(lock, patience, [&] { return open; });
            },
            [&] {
                { std::lock_guard{m}, open = true; }
                cv.notify_all();
            });
        patient.join();
        EXPECT_TRUE(m.try_lock()); // whatever has ended the wait, the lock was given back
        m.unlock();
    });
}

TEST_P(WakeRace, AMutexIsLockedWhateverComes) {
    run_rounds([](test::random_moments& moments) {
        fibers::mutex m;
        int visits = 0;
        m.lock();
        const test::ending how = test::contest(
            moments, moment,
            [&](auto patience) {
                fibers::timeout_scope limit{patience};
                const std::lock_guard lock{m};
                return ++visits == 1;
            },
            [&] { m.unlock(); });
        EXPECT_EQ(how, test::ending::woken);
        EXPECT_EQ(visits, 1);
    });
}

TEST_P(WakeRace, ATimedMutexGoesToTheWaiterOrTheNext) {
    run_rounds([](test::random_moments& moments) {
        fibers::timed_mutex m;
        m.lock();
        bool held = false;
        const auto hold = [&] {
            EXPECT_FALSE(std::exchange(held, true));
            held = false;
            m.unlock();
        };
        std::array<fibers::fiber<void>, 2> patient;
        for (auto& f : patient)
            f = fibers::spawn([&] {
                m.lock();
                hold();
            });
        test::contest(
            moments, moment,
            [&](auto patience) {
                const bool locked = m.try_lock_for(patience);
                if (locked)
                    hold();
                return locked;
            },
            [&] { m.unlock(); });
        for (auto& f : patient)
            f.join(); // hangs if the mutex was given to one who had gone
        EXPECT_TRUE(m.try_lock());
        m.unlock();
    });
}

TEST_P(WakeRace, AJoinEndsOnceAndCanBeTriedAgain) {
    run_rounds([](test::random_moments& moments) {
        std::atomic<bool> over = false;
        auto f = fibers::spawn([&] {
            while (!over)
                fibers::this_fiber::yield();
            return 7;
        });
        const test::ending how = test::contest(
            moments, moment,
            [&](auto patience) {
                fibers::timeout_scope limit{patience};
                return f.join() == 7;
            },
            [&] { over = true; });
        EXPECT_EQ(f.joinable(), how != test::ending::woken);
        if (f.joinable()) {
            EXPECT_EQ(f.join(), 7);
        }
    });
}

} // namespace
