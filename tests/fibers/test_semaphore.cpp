#include <fibers/runtime.hpp>
#include <fibers/sync/semaphore.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/clocks.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class Semaphore : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Semaphore, test::every_place, test::name_of_place);

constinit fibers::counting_semaphore<5> at_namespace_scope{5};

static_assert(fibers::counting_semaphore<>::max() == std::numeric_limits<std::ptrdiff_t>::max());
static_assert(fibers::counting_semaphore<7>::max() == 7);
static_assert(fibers::binary_semaphore::max() == 1);
static_assert(!std::is_copy_constructible_v<fibers::binary_semaphore>);
static_assert(!std::is_convertible_v<std::ptrdiff_t, fibers::binary_semaphore>);

TEST_P(Semaphore, GivesAsManyPermitsAsItHas) {
    run([] {
        for (int i = 0; i < 5; ++i)
            EXPECT_TRUE(at_namespace_scope.try_acquire());
        EXPECT_FALSE(at_namespace_scope.try_acquire());
        at_namespace_scope.release(5);
    });
}

TEST_P(Semaphore, HoldsAsManyPermitsAsItSays) {
    run([] {
        constexpr std::ptrdiff_t most = fibers::counting_semaphore<>::max();
        fibers::counting_semaphore<> s{0};
        s.release(0);
        EXPECT_FALSE(s.try_acquire());
        s.release(most);
        EXPECT_TRUE(s.try_acquire());
        s.release();
        EXPECT_TRUE(s.try_acquire());
    });
}

TEST_P(Semaphore, AcquireWaitsForARelease) {
    run([&] {
        fibers::binary_semaphore s{0};
        bool released = false;
        auto waiter = start([&] {
            s.acquire();
            EXPECT_TRUE(released);
        });
        settle();
        released = true;
        s.release();
        waiter.join();
    });
}

TEST_P(Semaphore, AReleaseOfSeveralWakesAsMany) {
    run([&] {
        fibers::counting_semaphore<> s{0};
        std::atomic<int> through = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 5; ++t)
            tasks.push_back(start([&] {
                s.acquire();
                ++through;
            }));
        settle();
        s.release(3);
        EXPECT_TRUE(test::eventually([&] { return through == 3; }));
        settle();
        EXPECT_EQ(through, 3);
        s.release(3);
        for (auto& t : tasks)
            t.join();
        EXPECT_TRUE(s.try_acquire());
        EXPECT_FALSE(s.try_acquire());
    });
}

TEST_P(Semaphore, LetsInNoMoreThanItHasPermits) {
    run([&] {
        constexpr int permits = 3;
        fibers::counting_semaphore<> s{permits};
        std::atomic<int> inside = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 8; ++t)
            tasks.push_back(start([&, t] {
                for (int i = 0; i < test::scaled(5'000); ++i) {
                    if ((i + t) % 5 != 0)
                        s.acquire();
                    else if (!s.try_acquire_for(std::chrono::microseconds{i % 60}))
                        continue;
                    EXPECT_LE(++inside, permits);
                    if (i % 8 == 0)
                        fibers::this_fiber::yield();
                    --inside;
                    s.release();
                }
            }));
        for (auto& t : tasks)
            t.join();
        for (int i = 0; i < permits; ++i)
            EXPECT_TRUE(s.try_acquire());
        EXPECT_FALSE(s.try_acquire());
    });
}

TEST_P(Semaphore, GivesUpWhenTheTimeIsUp) {
    run([] {
        fibers::binary_semaphore s{0};
        const auto start = steady_clock::now();
        EXPECT_FALSE(s.try_acquire_for(5ms));
        EXPECT_GE(steady_clock::now() - start, 5ms);

        const auto moment = steady_clock::now() + 5ms;
        EXPECT_FALSE(s.try_acquire_until(moment));
        EXPECT_GE(steady_clock::now(), moment);

        const auto slow = test::slow_clock::now() + 3ms;
        EXPECT_FALSE(s.try_acquire_until(slow));
        EXPECT_GE(test::slow_clock::now(), slow);
    });
}

TEST_P(Semaphore, TriesOnceWhereTheMomentIsPast) {
    run([] {
        fibers::binary_semaphore s{0};
        EXPECT_FALSE(s.try_acquire_for(-1s));
        EXPECT_FALSE(s.try_acquire_until(steady_clock::time_point::min()));
        s.release();
        EXPECT_TRUE(s.try_acquire_for(std::chrono::hours::min()));
        s.release();
        EXPECT_TRUE(s.try_acquire_until(steady_clock::now() - 1s));
    });
}

TEST_P(Semaphore, GetsAPermitInTime) {
    run([&] {
        fibers::binary_semaphore s{0};
        const auto gets_it = [&](auto attempt) {
            auto waiter = start([&] { EXPECT_TRUE(attempt()); });
            fibers::this_fiber::sleep_for(2ms);
            s.release();
            waiter.join();
        };
        gets_it([&] { return s.try_acquire_for(std::chrono::hours::max()); });
        gets_it([&] { return s.try_acquire_for(std::chrono::duration<double>{1e300}); });
        gets_it([&] { return s.try_acquire_until(steady_clock::time_point::max()); });
        EXPECT_FALSE(s.try_acquire());
    });
}

TEST_P(Semaphore, FailsAtTheAmbientDeadlineAndTakesNothing) {
    run([] {
        fibers::binary_semaphore s{0};
        {
            fibers::timeout_scope limit{2ms};
            EXPECT_EQ(test::error_of([&] { s.acquire(); }), std::errc::timed_out);
            EXPECT_EQ(test::error_of([&] { static_cast<void>(s.try_acquire_for(1h)); }),
                      std::errc::timed_out);
        }
        s.release();
        fibers::timeout_scope over{steady_clock::now() - 1s};
        s.acquire(); // does not wait, so does not fail
        EXPECT_FALSE(s.try_acquire());
    });
}

TEST_P(Semaphore, MayBeDestroyedByWhoAcquiresTheLastPermit) {
    run([&] {
        for (int i = 0; i < test::scaled(500); ++i) {
            auto s = std::make_unique<fibers::counting_semaphore<>>(0);
            auto releaser = start([there = s.get(), i] { there->release(1 + i % 2); });
            s->acquire();
            if (i % 2 == 1)
                s->acquire();
            s.reset();
            releaser.join();
        }
    });
}

TEST_P(Semaphore, CarriesWhatWasDoneBeforeTheRelease) {
    run([&] {
        fibers::binary_semaphore ping{0};
        fibers::binary_semaphore pong{0};
        int ball = 0;
        const int rounds = test::scaled(5'000);
        auto partner = start([&] {
            for (int i = 0; i < rounds; ++i) {
                ping.acquire();
                ++ball;
                pong.release();
            }
        });
        for (int i = 0; i < rounds; ++i) {
            ping.release();
            pong.acquire();
            EXPECT_EQ(ball, i + 1);
        }
        partner.join();
    });
}

// Where one worker runs all, who has said that it is about to wait does wait.

TEST(SemaphoreOrder, HandsAReleasedPermitToTheFirstWhoWaits) {
    fibers::run([] {
        fibers::counting_semaphore<> s{0};
        std::vector<int> order;
        std::vector<fibers::fiber<void>> waiters;
        for (int w = 0; w < 4; ++w) {
            bool waits = false;
            waiters.push_back(fibers::spawn([&, w, started = &waits] {
                *started = true;
                s.acquire();
                order.push_back(w);
            }));
            while (!waits)
                fibers::this_fiber::yield();
        }
        s.release();
        EXPECT_FALSE(s.try_acquire()) << "it overtakes who waits";
        s.release(4);
        EXPECT_TRUE(s.try_acquire()) << "there was one for each who waits, and one more";
        for (auto& waiter : waiters)
            waiter.join();
        EXPECT_EQ(order, (std::vector{0, 1, 2, 3}));
    });
}

TEST(SemaphoreOrder, NobodyIsOvertakenOnceTheyWait) {
    fibers::run([] {
        constexpr int contenders = 5;
        constexpr int rounds = 1'000;
        fibers::counting_semaphore<> s{2};
        long acquisitions = 0;
        long most_overtakers = 0;
        std::vector<fibers::fiber<void>> tasks;
        for (int t = 0; t < contenders; ++t)
            tasks.push_back(fibers::spawn([&] {
                for (int i = 0; i < rounds; ++i) {
                    const long before = acquisitions;
                    s.acquire();
                    most_overtakers = std::max(most_overtakers, acquisitions - before);
                    ++acquisitions;
                    if (i % 3 == 0)
                        fibers::this_fiber::yield();
                    s.release();
                }
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(acquisitions, contenders * rounds);
        EXPECT_LT(most_overtakers, contenders) << "somebody has acquired twice meanwhile";
    });
}

TEST(SemaphoreStop, EndsAWaitAndTakesNothing) {
    fibers::run([] {
        fibers::binary_semaphore s{0};
        auto waiter = fibers::spawn([&] { return test::error_of([&] { s.acquire(); }); });
        test::let_others_run();
        waiter.request_stop();
        EXPECT_EQ(waiter.join(), std::errc::operation_canceled);
        s.release();
        EXPECT_TRUE(s.try_acquire());
    });
}

} // namespace
