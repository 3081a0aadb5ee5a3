#include <fibers/runtime.hpp>
#include <fibers/sync/atomic.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstring>
#include <functional>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class AtomicWait : public test::everywhere {
  protected:
    /// `wait()` returns only after `change()` has been called.
    void expect_waits(const std::function<void()>& wait, const std::function<void()>& change) {
        std::atomic<bool> over = false;
        auto waiter = start([&] {
            wait();
            over = true;
        });
        settle();
        EXPECT_FALSE(over);
        change();
        waiter.join();
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, AtomicWait, test::every_place, test::name_of_place);

constinit fibers::atomic<int> number{1};
constinit fibers::atomic_flag flag = ATOMIC_FLAG_INIT;

static_assert(std::derived_from<fibers::atomic<int>, std::atomic<int>>);
static_assert(std::same_as<decltype(fibers::atomic{1.5}), fibers::atomic<double>>);
static_assert(sizeof(fibers::atomic<int>) == sizeof(std::atomic<int>));
static_assert(!std::is_copy_constructible_v<fibers::atomic<int>>);
static_assert(!std::is_copy_assignable_v<fibers::atomic<int>>);
static_assert(std::is_trivially_destructible_v<fibers::atomic_flag>);
static_assert(std::is_nothrow_copy_constructible_v<fibers::atomic_ref<int>>);
static_assert(noexcept(number.wait(0)) && noexcept(number.notify_one()));

TEST_P(AtomicWait, ReturnsAtOnceWhereTheValueIsAnother) {
    run([] {
        number.wait(2);
        flag.wait(true);
        double value = 1;
        fibers::atomic_ref{value}.wait(2);
        fibers::atomic_wait(&number, 2);
        fibers::atomic_wait_explicit(&number, 2, std::memory_order_acquire);
        fibers::atomic_flag_wait(&flag, true);
        fibers::atomic_flag_wait_explicit(&flag, true, std::memory_order_relaxed);
    });
}

TEST_P(AtomicWait, WaitsForAChangeOfTheValue) {
    run([&] {
        fibers::atomic<long> value{1};
        expect_waits([&] { value.wait(1); },
                     [&] {
                         value.notify_all(); // of no change
                         ++value;
                         value.notify_one();
                     });
        EXPECT_EQ(value, 2);
        expect_waits([&] { fibers::atomic_wait(&value, 2); },
                     [&] {
                         value = 3;
                         fibers::atomic_notify_one(&value);
                     });
        expect_waits([&] { fibers::atomic_wait_explicit(&value, 3, std::memory_order_relaxed); },
                     [&] {
                         value.store(4, std::memory_order_relaxed);
                         fibers::atomic_notify_all(&value);
                     });
    });
}

TEST_P(AtomicWait, WaitsForAFlag) {
    run([&] {
        fibers::atomic_flag raised;
        expect_waits([&] { raised.wait(false); },
                     [&] {
                         raised.test_and_set();
                         raised.notify_one();
                     });
        expect_waits([&] { fibers::atomic_flag_wait(&raised, true); },
                     [&] {
                         raised.clear();
                         fibers::atomic_flag_notify_all(&raised);
                     });
        expect_waits([&] { raised.wait(false); },
                     [&] {
                         raised.test_and_set();
                         fibers::atomic_flag_notify_one(&raised);
                     });
    });
}

TEST_P(AtomicWait, FindsOneAnotherThroughReferencesToOneObject) {
    run([&] {
        int object = 0;
        const fibers::atomic_ref reader{object};
        expect_waits([&] { reader.wait(0); },
                     [&] {
                         fibers::atomic_ref writer{object};
                         writer = 1;
                         writer.notify_all();
                     });
        EXPECT_EQ(reader, 1);
    });
}

TEST_P(AtomicWait, ComparesTheBytesOfTheValue) {
    run([&] {
        struct alignas(4) point {
            short x, y;
        };
        fibers::atomic<point> where{point{1, 2}};
        expect_waits(
            [&] {
                where.wait({1, 2});
            },
            [&] {
                where = point{1, 3};
                where.notify_one();
            });
        fibers::atomic<double> zero{0.0};
        zero.wait(-0.0); // which is equal, but not the same
    });
}

#if __has_builtin(__builtin_clear_padding)
TEST_P(AtomicWait, DoesNotCompareThePadding) {
    struct padded {
        char letter;
        int count;
    };
    const auto with_padding = [](int byte) {
        padded p;
        std::memset(&p, byte, sizeof p);
        p.letter = 'a';
        p.count = 1;
        return p;
    };
    EXPECT_TRUE(fibers::detail::same_representation(with_padding(0), with_padding(255)));
}
#endif

TEST_P(AtomicWait, NotifyOneLetsOneGoOnAndNotifyAllTheRest) {
    run([&] {
        fibers::atomic<int> value{0};
        std::atomic<int> through = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 4; ++t)
            tasks.push_back(start([&] {
                value.wait(0);
                ++through;
            }));
        settle();
        value = 1;
        value.notify_one();
        EXPECT_TRUE(test::eventually([&] { return through >= 1; }));
        value.notify_all();
        for (auto& t : tasks)
            t.join();
    });
}

TEST_P(AtomicWait, WaitersOfManyAtomicsDoNotTakeOneAnothersNotifications) {
    // More than there are rooms, and each is notified once.
    run([&] {
        const bool has_threads = GetParam() == test::place::plain_threads ||
                                 GetParam() == test::place::mixed || test::under_tsan;
        const std::size_t count = has_threads ? 40 : 2'000;
        std::vector<fibers::atomic<char>> values(count);
        std::vector<test::task> tasks;
        for (auto& value : values)
            tasks.push_back(start([&value] {
                value.wait(0);
                value.wait(1);
            }));
        for (const char next : {'\1', '\2'})
            for (auto& value : values) {
                value.store(next, std::memory_order_relaxed);
                value.notify_one();
                if (&value == &values.front())
                    settle();
            }
        for (auto& t : tasks)
            t.join();
    });
}

TEST_P(AtomicWait, NoNotificationIsLost) {
    run([&] {
        fibers::atomic<int> ball{0};
        const int rounds = test::scaled(20'000);
        const auto play = [&](int mine) {
            for (int i = 0; i < rounds; ++i) {
                for (int seen = ball.load(std::memory_order_relaxed); seen % 2 != mine;
                     seen = ball.load(std::memory_order_relaxed))
                    ball.wait(seen, std::memory_order_relaxed);
                ball.fetch_add(1, std::memory_order_relaxed);
                ball.notify_one();
            }
        };
        auto partner = start([&] { play(1); });
        play(0);
        partner.join();
        EXPECT_EQ(ball, 2 * rounds);
    });
}

TEST_P(AtomicWait, IgnoresTheAmbientDeadline) {
    run([&] {
        fibers::atomic<int> value{0};
        expect_waits(
            [&] {
                fibers::timeout_scope over{-1s};
                value.wait(0);
            },
            [&] {
                value = 1;
                value.notify_one();
            });
    });
}

TEST_P(AtomicWait, MayBeDestroyedBeforeItsNotificationReturns) {
    run([&] {
        for (int i = 0; i < test::scaled(500); ++i) {
            auto done = std::make_unique<fibers::atomic<bool>>(false);
            auto notifier = start([there = done.get()] {
                there->store(true);
                there->notify_one();
            });
            done->wait(false);
            done.reset();
            notifier.join();
        }
    });
}

TEST(AtomicWaitStop, IsIgnored) {
    fibers::run([] {
        fibers::atomic<int> value{0};
        auto waiter = fibers::spawn([&] {
            value.wait(0);
            return value.load();
        });
        test::let_others_run();
        waiter.request_stop();
        test::let_others_run();
        value = 1;
        value.notify_one();
        EXPECT_EQ(waiter.join(), 1);
    });
}

} // namespace
