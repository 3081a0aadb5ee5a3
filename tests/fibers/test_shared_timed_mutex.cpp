#include <fibers/runtime.hpp>
#include <fibers/sync/shared_timed_mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/clocks.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>
#include <tests/fibers/waiting_writer.hpp>

#include <atomic>
#include <chrono>
#include <shared_mutex>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class SharedTimedMutex : public test::everywhere {
  protected:
    fibers::shared_timed_mutex m_;
};
INSTANTIATE_TEST_SUITE_P(Everywhere, SharedTimedMutex, test::every_place, test::name_of_place);

TEST_P(SharedTimedMutex, GivesUpWhenTheTimeIsUp) {
    run([&] {
        m_.lock();
        start([&] {
            auto start = steady_clock::now();
            EXPECT_FALSE(m_.try_lock_for(3ms));
            EXPECT_GE(steady_clock::now() - start, 3ms);
            start = steady_clock::now();
            EXPECT_FALSE(m_.try_lock_shared_for(3ms));
            EXPECT_GE(steady_clock::now() - start, 3ms);

            const auto slow = test::slow_clock::now() + 2ms;
            EXPECT_FALSE(m_.try_lock_until(slow));
            EXPECT_FALSE(m_.try_lock_shared_until(slow + 1ms));
            EXPECT_GE(test::slow_clock::now(), slow + 1ms);
        }).join();
        m_.unlock();
        EXPECT_TRUE(m_.try_lock());
        m_.unlock();
    });
}

TEST_P(SharedTimedMutex, TriesOnceWhereTheMomentIsPast) {
    run([&] {
        EXPECT_TRUE(m_.try_lock_for(-1s));
        start([&] {
            EXPECT_FALSE(m_.try_lock_for(std::chrono::hours::min()));
            EXPECT_FALSE(m_.try_lock_shared_for(0s));
            EXPECT_FALSE(m_.try_lock_shared_until(std::chrono::system_clock::time_point::min()));
        }).join();
        m_.unlock();
        EXPECT_TRUE(m_.try_lock_shared_until(steady_clock::now() - 1s));
        m_.unlock_shared();
    });
}

TEST_P(SharedTimedMutex, GetsItWhenItIsReleased) {
    run([&] {
        m_.lock();
        auto writer = start([&] {
            EXPECT_TRUE(m_.try_lock_for(std::chrono::hours::max()));
            m_.unlock();
        });
        auto reader = start([&] {
            EXPECT_TRUE(m_.try_lock_shared_until(steady_clock::time_point::max()));
            m_.unlock_shared();
        });
        settle();
        m_.unlock();
        writer.join();
        reader.join();
    });
}

TEST_P(SharedTimedMutex, AWriterThatGivesUpLetsInTheReadersBehindIt) {
    run([&] {
        m_.lock_shared();
        auto writer = start([&] { EXPECT_FALSE(m_.try_lock_for(50ms)); });
        test::wait_for_a_writer_to_wait(m_);
        std::vector<test::task> readers;
        for (int t = 0; t < 3; ++t)
            readers.push_back(start([&] {
                m_.lock_shared();
                m_.unlock_shared();
            }));
        writer.join();
        for (auto& r : readers)
            r.join(); // hangs if they still wait for the writer
        EXPECT_TRUE(m_.try_lock_shared());
        m_.unlock_shared();
        m_.unlock_shared();
        EXPECT_TRUE(m_.try_lock());
        m_.unlock();
    });
}

TEST_P(SharedTimedMutex, AWriterThatGivesUpLeavesTheReadersToTheNextWriter) {
    run([&] {
        std::atomic<bool> written = false;
        m_.lock_shared();
        auto hasty = start([&] { EXPECT_FALSE(m_.try_lock_for(20ms)); });
        test::wait_for_a_writer_to_wait(m_);
        auto patient = start([&] {
            EXPECT_TRUE(m_.try_lock_for(1h));
            written = true;
            m_.unlock();
        });
        hasty.join();
        test::wait_for_a_writer_to_wait(m_);
        auto reader = start([&] {
            m_.lock_shared();
            EXPECT_TRUE(written);
            m_.unlock_shared();
        });
        settle();
        m_.unlock_shared();
        patient.join();
        reader.join();
    });
}

TEST_P(SharedTimedMutex, ExcludesThoughSomeGiveUp) {
    run([&] {
        std::atomic<int> reading = 0;
        int writing = 0;
        long written = 0;
        std::atomic<long> succeeded = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 6; ++t)
            tasks.push_back(start([&, t] {
                for (int i = 0; i < test::scaled(3'000); ++i) {
                    const std::chrono::microseconds patience{(i * 7 + t) % 60};
                    if (t % 3 == 0) {
                        if (!m_.try_lock_for(patience))
                            continue;
                        EXPECT_EQ(reading, 0);
                        EXPECT_EQ(++writing, 1);
                        ++written;
                        ++succeeded;
                        if (i % 4 == 0)
                            fibers::this_fiber::yield();
                        --writing;
                        m_.unlock();
                    } else {
                        if (t % 3 == 1)
                            m_.lock_shared();
                        else if (!m_.try_lock_shared_for(patience))
                            continue;
                        ++reading;
                        EXPECT_EQ(writing, 0);
                        if (i % 4 == 0)
                            fibers::this_fiber::yield();
                        --reading;
                        m_.unlock_shared();
                    }
                }
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(written, succeeded);
        EXPECT_TRUE(m_.try_lock());
        m_.unlock();
    });
}

TEST_P(SharedTimedMutex, TakesAFreeMutexWhateverTheAmbientDeadline) {
    run([&] {
        fibers::timeout_scope over{steady_clock::now() - 1s};
        EXPECT_TRUE(m_.try_lock_for(1h));
        m_.unlock();
        EXPECT_TRUE(m_.try_lock_shared_for(1h));
        m_.unlock_shared();
    });
}

} // namespace
