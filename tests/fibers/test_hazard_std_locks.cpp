#include <fibers/runtime.hpp>
#include <fibers/std/condition_variable.hpp>
#include <fibers/std/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <csignal>
#include <functional>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

/// What std's types do to a worker is shown in a child, which does not get out of it.
class StdLockDeathTest : public testing::Test {
  protected:
    void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

    /// Ends the process with SIGALRM where `body` does not return.
    static void run_within(std::chrono::seconds time, const std::function<void()>& body) {
        ::alarm(static_cast<unsigned>(time.count()));
        fibers::run(body);
        ::_exit(0);
    }

    /// And nobody reports a deadlock: the worker is not idle.
    static void expect_hang(const std::function<void()>& body) {
        EXPECT_EXIT(run_within(1s, body), testing::KilledBySignal(SIGALRM), "^$");
    }

    static void expect_end(const std::function<void()>& body) {
        EXPECT_EXIT(run_within(test::ceiling, body), testing::ExitedWithCode(0), "");
    }
};

template <class Mutex>
void hold_across_a_sleep() {
    Mutex m;
    std::unique_lock lock{m};
    auto other = fibers::spawn([&] { const std::lock_guard its{m}; });
    fibers::this_fiber::sleep_for(1ms);
    lock.unlock();
    other.join();
}

TEST_F(StdLockDeathTest, MutexHeldAcrossASuspensionHangsTheWorker) {
    expect_hang(hold_across_a_sleep<std::mutex>);
    expect_end(hold_across_a_sleep<fibers::mutex>);
}

template <class Condition, class Mutex>
concept waits_with = requires(Condition changed, std::unique_lock<Mutex> lock) {
    changed.wait(lock);
};
static_assert(!waits_with<std::condition_variable, fibers::mutex>);
static_assert(waits_with<std::condition_variable_any, fibers::mutex>);

template <class Mutex, class Condition>
void wait_for_another_fiber() {
    Mutex m;
    Condition changed;
    bool set = false;
    auto other = fibers::spawn([&] {
        const std::lock_guard lock{m};
        set = true;
        changed.notify_one();
    });
    std::unique_lock lock{m};
    changed.wait(lock, [&] { return set; });
    lock.unlock();
    other.join();
}

TEST_F(StdLockDeathTest, ConditionVariableOfAnyLockHangsTheWorkerAlthoughItTakesFibersMutex) {
    expect_hang(wait_for_another_fiber<fibers::mutex, std::condition_variable_any>);
    expect_end(wait_for_another_fiber<fibers::mutex, fibers::condition_variable_any>);
}

int made_slowly() {
    fibers::this_fiber::sleep_for(1ms);
    return 1;
}

int by_static_variable() {
    static const int value = made_slowly();
    return value;
}

template <class Once>
int by_call_once() {
    static Once once;
    static int value = 0;
    call_once(once, [] { value = made_slowly(); });
    return value;
}

void call_in_two_fibers(int (*get)()) {
    auto one = fibers::spawn(get);
    auto other = fibers::spawn(get);
    one.join();
    other.join();
}

TEST_F(StdLockDeathTest, InitialiserOfAStaticThatSuspendsHangsTheWorker) {
    expect_hang([] {
        std::thread{[] {}}.join(); // libstdc++ waits only in processes with more than one thread
        call_in_two_fibers(by_static_variable);
    });
}

TEST_F(StdLockDeathTest, InitialiserOfAStaticThatSuspendsEndsAProcessOfOneThread) {
    if (test::under_tsan)
        GTEST_SKIP() << "ThreadSanitizer has a thread of its own";
    EXPECT_EXIT(fibers::run([] { call_in_two_fibers(by_static_variable); }),
                testing::KilledBySignal(SIGABRT), "recursive_init_error");
}

TEST_F(StdLockDeathTest, CallOnceThatSuspendsHangsTheWorker) {
    expect_hang([] { call_in_two_fibers(by_call_once<std::once_flag>); });
    expect_end([] { call_in_two_fibers(by_call_once<fibers::once_flag>); });
}

template <class Mutex>
bool another_fiber_gets_in() {
    return fibers::run([] {
        Mutex m;
        const std::lock_guard mine{m};
        return fibers::spawn([&] {
                   return std::unique_lock{m, std::try_to_lock}.owns_lock();
               })
            .join();
    });
}

TEST(StdRecursiveMutex, TakesAllFibersOfAWorkerForOneOwner) {
    if (test::under_tsan)
        GTEST_SKIP() << "ThreadSanitizer reports that, as a double lock of a mutex";
    EXPECT_TRUE(another_fiber_gets_in<std::recursive_mutex>());
    EXPECT_FALSE(another_fiber_gets_in<fibers::recursive_mutex>());
}

} // namespace
