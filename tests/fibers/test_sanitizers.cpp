// Planted faults: the sanitizers find them in fibers as they do in threads, and the stress tests find a
// wake-up that is lost. What is found nowhere else proves nothing.

#include <fibers/runtime.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/rounds.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <array>
#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

/// The faulty run in children.
class FaultDeathTest : public testing::Test {
  protected:
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

    template <class F>
    [[noreturn]] static void finish(F faulty) {
        faulty();
        std::exit(0);
    }
};

/// Lets two of different workers have begun before either goes on, and tells ThreadSanitizer nothing by
/// it.
class meeting {
  public:
    void attend() {
        attendants_.fetch_add(1, std::memory_order_relaxed);
        while (attendants_.load(std::memory_order_relaxed) < 2) {
        }
    }

  private:
    std::atomic<int> attendants_ = 0;
};

// ---- data races

volatile int shared_value = 0; // else nobody writes what nobody reads

[[gnu::noinline]] void first_writer() {
    shared_value = 1;
}

[[gnu::noinline]] void second_writer() {
    shared_value = 2;
}

class RaceDeathTest : public FaultDeathTest {
  protected:
    void SetUp() override {
        if (!test::under_tsan)
            GTEST_SKIP() << "ThreadSanitizer finds them";
        FaultDeathTest::SetUp();
    }

    /// How a process ends that has had a report.
    static constexpr int reported = 66;
    static constexpr const char* race_of_both =
        "ThreadSanitizer: data race.*(first_writer.*second_writer|second_writer.*first_writer)";

    /// Some switches from stack to stack, after which the sanitizer must still know who is who.
    static void wander() {
        for (int i = 0; i < 5; ++i) {
            fibers::this_fiber::yield();
            fibers::this_fiber::sleep_for(100us);
        }
    }

    /// The sanitizer may miss two accesses that come at the very same time.
    template <class Write>
    static auto often(Write write) {
        return [write] {
            for (int i = 0; i < 1'000; ++i)
                write();
        };
    }

    /// Two workers, each with a fiber that calls one of the functions at the same time.
    template <class First, class Second>
    static void run_on_both_workers(First first, Second second) {
        fibers::runtime{{.workers = 2}}.run([&] {
            meeting together;
            auto a = fibers::spawn([&] {
                together.attend();
                first();
            });
            auto b = fibers::spawn([&] {
                together.attend();
                second();
            });
            a.join();
            b.join();
        });
    }
};

TEST_F(RaceDeathTest, IsReportedBetweenFibersOfTwoWorkers) {
    const auto planted = [] { run_on_both_workers(often(first_writer), often(second_writer)); };
    EXPECT_EXIT(finish(planted), testing::ExitedWithCode(reported), race_of_both);
}

TEST_F(RaceDeathTest, IsReportedBetweenFibersThatHaveBeenSuspended) {
    const auto planted = [] {
        meeting again;
        const auto suspended_before = [&](auto write) {
            return [&again, write] {
                wander();
                again.attend();
                write();
            };
        };
        run_on_both_workers(suspended_before(often(first_writer)),
                            suspended_before(often(second_writer)));
    };
    EXPECT_EXIT(finish(planted), testing::ExitedWithCode(reported), race_of_both);
}

TEST_F(RaceDeathTest, IsReportedBetweenAFiberAndAThread) {
    const auto planted = [] {
        meeting together;
        std::thread thread{[&] {
            together.attend();
            often(first_writer)();
        }};
        fibers::run([&] {
            wander();
            together.attend();
            often(second_writer)();
        });
        thread.join();
    };
    EXPECT_EXIT(finish(planted), testing::ExitedWithCode(reported), race_of_both);
}

TEST_F(RaceDeathTest, IsNotReportedWhereAMutexKeepsThemApart) {
    const auto correct = [] {
        fibers::mutex m;
        const auto guarded = [&](auto write) {
            return [&m, write] {
                for (int i = 0; i < 100; ++i) {
                    const std::lock_guard lock{m};
                    write();
                }
            };
        };
        run_on_both_workers(guarded(first_writer), guarded(second_writer));
    };
    EXPECT_EXIT(finish(correct), testing::ExitedWithCode(0), "^$");
}

TEST_F(RaceDeathTest, IsNotReportedWhereOneWaitsForTheOther) {
    const auto correct = [] {
        fibers::mutex m;
        fibers::condition_variable cv;
        bool written = false;
        run_on_both_workers(
            [&] {
                first_writer();
                const std::lock_guard lock{m};
                written = true;
                cv.notify_one();
            },
            [&] {
                std::unique_lock lock{m};
                cv.wait(lock, [&] { return written; });
                second_writer();
            });
    };
    EXPECT_EXIT(finish(correct), testing::ExitedWithCode(0), "^$");
}

TEST_F(RaceDeathTest, IsNotReportedWhereOneJoinsTheOther) {
    const auto correct = [] {
        fibers::runtime{{.workers = 2}}.run([] {
            for (int i = 0; i < 100; ++i) {
                auto f = fibers::spawn(first_writer);
                f.join();
                second_writer();
            }
        });
    };
    EXPECT_EXIT(finish(correct), testing::ExitedWithCode(0), "^$");
}

// ---- wrong memory

class MemoryDeathTest : public FaultDeathTest {
  protected:
    void SetUp() override {
        if (!test::under_asan)
            GTEST_SKIP() << "AddressSanitizer finds it";
        FaultDeathTest::SetUp();
        // GCC's does not look for it otherwise; the child reads this when it begins.
        ::setenv("ASAN_OPTIONS", "detect_stack_use_after_return=1", 1);
    }

    /// In a fiber that has been suspended on its stack.
    static void run(void (*faulty)()) {
        fibers::run([faulty] {
            fibers::spawn([faulty] {
                fibers::this_fiber::yield();
                faulty();
            }).join();
        });
        std::exit(0);
    }
};

// Volatile, so that no compiler sees what is coming.
volatile int sink;
const volatile int* volatile escaped;

void use_after_free() {
    auto owner = std::make_unique<int>(1);
    escaped = owner.get();
    owner.reset();
    sink = *escaped;
}

[[gnu::noinline]] void let_a_local_escape() {
    volatile int local = 1;
    escaped = &local;
    fibers::this_fiber::yield();
}

void use_after_return() {
    let_a_local_escape();
    sink = *escaped;
}

volatile std::size_t beyond = 4;

void overrun_an_array() {
    std::array<int, 4> values{};
    volatile int* const first = values.data();
    sink = first[beyond];
}

TEST_F(MemoryDeathTest, IsReportedWhenFreed) {
    EXPECT_EXIT(run(use_after_free), testing::ExitedWithCode(1), "heap-use-after-free");
}

TEST_F(MemoryDeathTest, IsReportedWhenOfAFunctionThatHasReturned) {
    EXPECT_EXIT(run(use_after_return), testing::ExitedWithCode(1), "stack-use-after-return");
}

TEST_F(MemoryDeathTest, IsReportedWhenBeyondAnArrayOnTheStack) {
    // UndefinedBehaviorSanitizer may see it first, by the size of the array.
    EXPECT_EXIT(run(overrun_an_array), testing::ExitedWithCode(1),
                "stack-buffer-overflow|insufficient space");
}

// ---- lost wake-ups

/// An event as it is written by mistake: the flag is set without the lock, so that it can be set, and
/// notified of, between the look at it and the wait.
class broken_event {
  public:
    void wait() {
        while (!set_) {
            // The look is one thing, the wait another: also where both fibers are one worker's, because
            // the other has no processor.
            test::spin_for(1us);
            fibers::this_fiber::yield();
            std::unique_lock lock{m_};
            cv_.wait(lock);
        }
    }

    void set() {
        set_ = true;
        cv_.notify_all();
    }

  private:
    fibers::mutex m_;
    fibers::condition_variable cv_;
    std::atomic<bool> set_ = false;
};

class LostWakeUpDeathTest : public FaultDeathTest {};

TEST_F(LostWakeUpDeathTest, IsFoundByTheRounds) {
    const auto one_round = [](test::random_moments& moments) {
        broken_event event;
        meeting together;
        auto waiter = fibers::spawn([&] {
            together.attend();
            event.wait();
        });
        together.attend();
        test::spin_for(moments.up_to(3us));
        event.set();
        waiter.join();
    };
    const auto planted = [&] {
        fibers::runtime{{.workers = 2}}.run([&] {
            test::run_rounds({.wanted = 100'000, .lanes = 1, .patience = 2s}, test::fiber_of,
                             one_round);
        });
    };
    EXPECT_EXIT(finish(planted), testing::KilledBySignal(SIGABRT),
                "no step for 2000 ms: WEFT_SEED=");
}

} // namespace
