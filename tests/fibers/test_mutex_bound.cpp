// How often those who come later may get the mutex before one who waits for it, and what a thousand
// who wait make of it.

#include <fibers/detail/mutex_core.hpp>
#include <fibers/runtime.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

constexpr int waiters = 1'000;

/// A thousand fibers of two workers wait for `m_`.
class MutexBound : public testing::Test {
  protected:
    fibers::mutex m_;
    std::atomic<int> served_ = 0;
    std::atomic<long> overtakers_ = 0;

    /// Calls `overtake` when all wait; it ends when they don't any more.
    void run_beside_waiters(const std::function<void()>& overtake) {
        fibers::runtime{{.workers = 2}}.run([&] {
            std::atomic<int> about_to_wait = 0;
            std::vector<fibers::fiber<void>> waiting;
            m_.lock();
            for (int i = 0; i < waiters; ++i)
                waiting.push_back(fibers::spawn([&] {
                    ++about_to_wait;
                    const std::lock_guard lock{m_};
                    // This many have waited longer, and each time so many were allowed.
                    EXPECT_LE(overtakers_, (served_ + 1L) * allowed);
                    ++served_;
                }));
            ASSERT_TRUE(test::eventually([&] { return about_to_wait == waiters; }));
            ASSERT_TRUE(the_other_worker_goes_on());
            m_.unlock();
            overtake();
            for (auto& w : waiting)
                w.join();
        });
        EXPECT_EQ(served_, waiters);
    }

    /// Takes the mutex whenever it can.
    void overtake() {
        while (served_ != waiters)
            if (m_.try_lock()) {
                ++overtakers_;
                m_.unlock();
            } else {
                fibers::this_fiber::yield();
            }
    }

  private:
    static constexpr long allowed = fibers::detail::mutex_core::patience + 1;

    /// That a fiber begins there shows that the one that was about to wait does.
    static bool the_other_worker_goes_on() {
        std::atomic<bool> began = false;
        auto elsewhere = fibers::spawn([&] { began = true; });
        const bool goes_on = test::eventually_while_busy([&] { return began.load(); });
        elsewhere.join();
        return goes_on;
    }
};

TEST_F(MutexBound, HoldsForAFiberThatTakesTheMutexAgainAndAgain) {
    run_beside_waiters([&] { overtake(); });
}

TEST_F(MutexBound, HoldsForAPlainThreadThatTakesTheMutexAgainAndAgain) {
    run_beside_waiters([&] {
        std::jthread overtaker{[&] { overtake(); }};
        EXPECT_TRUE(test::eventually([&] { return served_ == waiters; }));
    });
}

TEST(MutexOfAThousand, ExcludesFibersAndPlainThreadsThatHoldItForLong) {
    fibers::mutex m;
    int inside = 0;
    long total = 0;
    const auto work = [&](int rounds) {
        for (int i = 0; i < rounds; ++i) {
            const std::lock_guard lock{m};
            EXPECT_EQ(++inside, 1);
            ++total;
            if (i % 8 == 0)
                fibers::this_fiber::yield();
            --inside;
        }
    };
    const int of_fibers = test::scaled(200);
    const int of_threads = test::scaled(5'000);
    fibers::runtime{{.workers = 2}}.run([&] {
        std::jthread one{work, of_threads};
        std::jthread two{work, of_threads};
        std::vector<fibers::fiber<void>> fibers;
        for (int i = 0; i < waiters; ++i)
            fibers.push_back(fibers::spawn(work, of_fibers));
        for (auto& f : fibers)
            f.join();
        EXPECT_TRUE(test::eventually([&] {
            const std::lock_guard lock{m};
            return total == 1L * waiters * of_fibers + 2L * of_threads;
        }));
    });
}

} // namespace
