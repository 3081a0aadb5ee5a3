#include <fibers/runtime.hpp>
#include <fibers/sync/shared_mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>
#include <tests/fibers/waiting_writer.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class SharedMutex : public test::everywhere {
  protected:
    fibers::shared_mutex m_;

    bool free_to_write() {
        bool got_it = false;
        start([&] {
            got_it = m_.try_lock();
            if (got_it)
                m_.unlock();
        }).join();
        return got_it;
    }

    bool free_to_read() {
        bool got_it = false;
        start([&] {
            got_it = m_.try_lock_shared();
            if (got_it)
                m_.unlock_shared();
        }).join();
        return got_it;
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, SharedMutex, test::every_place, test::name_of_place);

constinit fibers::shared_mutex at_namespace_scope;

TEST_P(SharedMutex, TellsWhetherItIsFree) {
    run([&] {
        EXPECT_TRUE(free_to_write());
        EXPECT_TRUE(free_to_read());
        m_.lock();
        EXPECT_FALSE(free_to_write());
        EXPECT_FALSE(free_to_read());
        m_.unlock();
        m_.lock_shared();
        EXPECT_FALSE(free_to_write());
        EXPECT_TRUE(free_to_read());
        m_.unlock_shared();
        EXPECT_TRUE(free_to_write());
    });
}

TEST_P(SharedMutex, ReadersAreInsideTogether) {
    run([&] {
        std::atomic<int> inside = 0;
        std::vector<test::task> readers;
        for (int t = 0; t < 4; ++t)
            readers.push_back(start([&] {
                const std::shared_lock lock{m_};
                ++inside;
                EXPECT_TRUE(test::eventually([&] { return inside == 4; }));
            }));
        for (auto& r : readers)
            r.join();
        EXPECT_TRUE(free_to_write());
    });
}

TEST_P(SharedMutex, AWriterIsInsideAlone) {
    run([&] {
        std::atomic<int> reading = 0;
        int value = 0;
        std::vector<test::task> tasks;
        const int rounds = test::scaled(5'000);
        for (int t = 0; t < 6; ++t)
            tasks.push_back(start([&, t] {
                for (int i = 0; i < rounds; ++i) {
                    if ((i + t) % 3 == 0) {
                        const std::unique_lock lock{m_};
                        EXPECT_EQ(reading, 0);
                        ++value;
                        if (i % 16 == 0)
                            fibers::this_fiber::yield();
                        EXPECT_EQ(reading, 0);
                    } else {
                        const std::shared_lock lock{m_};
                        ++reading;
                        const int before = value;
                        if (i % 16 == 0)
                            fibers::this_fiber::yield();
                        EXPECT_EQ(value, before);
                        --reading;
                    }
                }
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(value, 2 * rounds);
        EXPECT_TRUE(free_to_write());
    });
}

TEST_P(SharedMutex, LockWaitsForTheLastReader) {
    run([&] {
        std::atomic<int> readers = 2;
        m_.lock_shared();
        m_.lock_shared();
        auto writer = start([&] {
            const std::lock_guard lock{m_};
            EXPECT_EQ(readers, 0);
        });
        test::wait_for_a_writer_to_wait(m_);
        --readers;
        m_.unlock_shared();
        settle();
        --readers;
        m_.unlock_shared();
        writer.join();
    });
}

TEST_P(SharedMutex, LockSharedWaitsForTheWriter) {
    run([&] {
        std::atomic<bool> written = false;
        m_.lock();
        std::vector<test::task> readers;
        for (int t = 0; t < 3; ++t)
            readers.push_back(start([&] {
                const std::shared_lock lock{m_};
                EXPECT_TRUE(written);
            }));
        settle();
        written = true;
        m_.unlock();
        for (auto& r : readers)
            r.join();
        EXPECT_TRUE(free_to_write());
    });
}

TEST_P(SharedMutex, NoReaderOvertakesAWaitingWriter) {
    run([&] {
        std::atomic<bool> written = false;
        m_.lock_shared();
        auto writer = start([&] {
            const std::lock_guard lock{m_};
            written = true;
        });
        test::wait_for_a_writer_to_wait(m_);
        std::vector<test::task> readers;
        for (int t = 0; t < 4; ++t)
            readers.push_back(start([&] {
                const std::shared_lock lock{m_};
                EXPECT_TRUE(written);
            }));
        settle();
        EXPECT_FALSE(written);
        m_.unlock_shared();
        writer.join();
        for (auto& r : readers)
            r.join();
    });
}

TEST_P(SharedMutex, EverybodyGetsItThoughOthersHammer) {
    run([&] {
        std::atomic<bool> done = false;
        std::vector<test::task> hammers;
        for (int t = 0; t < 4; ++t)
            hammers.push_back(start([&, t] {
                while (!done) {
                    if (t == 0) {
                        const std::unique_lock lock{m_};
                        fibers::this_fiber::yield();
                    } else {
                        const std::shared_lock lock{m_};
                        fibers::this_fiber::yield();
                    }
                }
            }));
        start([&] {
            for (int i = 0; i < test::scaled(200); ++i) {
                const std::unique_lock lock{m_};
                fibers::this_fiber::yield();
            }
        }).join();
        start([&] {
            for (int i = 0; i < test::scaled(200); ++i) {
                const std::shared_lock lock{m_};
                fibers::this_fiber::yield();
            }
        }).join();
        done = true;
        for (auto& t : hammers)
            t.join();
    });
}

TEST_P(SharedMutex, MayBeDestroyedByTheLastOneWhoHasLockedIt) {
    struct shared {
        fibers::shared_mutex m;
        std::atomic<int> users = 4;
    };
    const auto leave = [](shared* s, bool reads) {
        bool last = false;
        if (reads) {
            const std::shared_lock lock{s->m};
            last = --s->users == 0;
        } else {
            const std::unique_lock lock{s->m};
            last = --s->users == 0;
        }
        if (!last)
            return;
        s->m.lock(); // who has read beside this one may have yet to unlock
        s->m.unlock();
        delete s;
    };
    run([&] {
        const int rounds = test::scaled(300);
        for (int i = 0; i < rounds; ++i) {
            std::vector<shared*> all(20);
            for (auto& s : all)
                s = new shared;
            std::vector<test::task> tasks;
            for (int t = 0; t < 4; ++t)
                tasks.push_back(start([&, t] {
                    for (shared* s : all)
                        leave(s, t % 2 == 0);
                }));
            for (auto& t : tasks)
                t.join();
        }
    });
}

TEST_P(SharedMutex, IsUsableBeforeAnyOtherCode) {
    run([&] {
        const std::shared_lock lock{at_namespace_scope};
        start([] {
            EXPECT_FALSE(at_namespace_scope.try_lock());
            EXPECT_TRUE(at_namespace_scope.try_lock_shared());
            at_namespace_scope.unlock_shared();
        }).join();
    });
}

TEST_P(SharedMutex, LockIgnoresTheAmbientDeadline) {
    run([&] {
        m_.lock();
        auto reader = start([&] {
            fibers::timeout_scope over{std::chrono::steady_clock::now() - 1s};
            m_.lock_shared();
            m_.unlock_shared();
        });
        auto writer = start([&] {
            fibers::timeout_scope over{std::chrono::steady_clock::now() - 1s};
            m_.lock();
            m_.unlock();
        });
        fibers::this_fiber::sleep_for(5ms);
        m_.unlock();
        reader.join();
        writer.join();
    });
}

TEST_P(SharedMutex, UnlockByAReaderIsUnderstood) {
    run([&] {
        m_.lock_shared();
        m_.lock_shared();
        m_.unlock();
        EXPECT_FALSE(free_to_write());
        m_.unlock();
        EXPECT_TRUE(free_to_write());
    });
}

/// Who comes when, with one worker: each fiber adds its name to `order_`.
class SharedMutexOrder : public testing::Test {
  protected:
    fibers::shared_mutex m_;
    std::string order_;

    void start(char name, bool reads) {
        started_.push_back(fibers::spawn([this, name, reads] {
            if (reads)
                m_.lock_shared();
            else
                m_.lock();
            order_ += name;
            fibers::this_fiber::yield();
            if (reads)
                m_.unlock_shared();
            else
                m_.unlock();
        }));
        test::let_others_run(); // it waits now
    }
    void write(char name) { start(name, false); }
    void read(char name) { start(name, true); }

    void join() {
        for (auto& fiber : started_)
            fiber.join();
    }

  private:
    std::vector<fibers::fiber<void>> started_;
};

TEST_F(SharedMutexOrder, AWriterLetsInAllReadersThatWait) {
    fibers::run([&] {
        m_.lock();
        write('A');
        read('b');
        write('C');
        read('d');
        m_.unlock();
        join();
    });
    EXPECT_EQ(order_, "bdAC");
}

TEST_F(SharedMutexOrder, AReaderWaitsForOneWriterAtMost) {
    fibers::run([&] {
        m_.lock_shared();
        write('A');
        write('B');
        write('C');
        read('d');
        read('e');
        m_.unlock_shared();
        join();
    });
    EXPECT_EQ(order_, "AdeBC");
}

TEST(SharedMutexInterruption, LockIgnoresTheStop) {
    fibers::run([] {
        fibers::shared_mutex m;
        int got_it = 0;
        m.lock();
        auto reader = fibers::spawn([&] {
            const std::shared_lock lock{m};
            ++got_it;
        });
        auto writer = fibers::spawn([&] {
            const std::unique_lock lock{m};
            ++got_it;
        });
        fibers::this_fiber::sleep_for(3ms);
        reader.request_stop();
        writer.request_stop();
        fibers::this_fiber::sleep_for(3ms);
        EXPECT_EQ(got_it, 0);
        m.unlock();
        reader.join();
        writer.join();
        EXPECT_EQ(got_it, 2);
    });
}

} // namespace
