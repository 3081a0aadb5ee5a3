#include <fibers/runtime.hpp>
#include <fibers/shared_stack.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/sanitizers.hpp>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <string>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

/// The children die of a signal, and say what of on their standard error.
class OverflowDeathTest : public testing::TestWithParam<unsigned> {
  protected:
    void SetUp() override {
        if (test::under_sanitizer)
            GTEST_SKIP() << "sanitizers handle SIGSEGV themselves";
        GTEST_FLAG_SET(death_test_style, "threadsafe");
    }

    template <class F>
    static void run(F&& f) {
        fibers::runtime{{.workers = GetParam(), .stack_size = 64 * 1024}}.run(std::forward<F>(f));
    }
};
INSTANTIATE_TEST_SUITE_P(Workers, OverflowDeathTest, testing::Values(1U, 2U),
                         testing::PrintToStringParamName());

// Volatile, so that no compiler sees what is coming.
volatile std::size_t endless = 0;
const volatile char* volatile nowhere = nullptr;

[[gnu::noinline]] std::size_t recurse_without_end(std::size_t depth) {
    volatile std::size_t frame[64];
    frame[depth % 64] = depth;
    return depth == endless ? depth : recurse_without_end(depth + 1) + frame[depth % 32];
}

void read_nowhere() {
    static_cast<void>(*nowhere);
}

TEST_P(OverflowDeathTest, IsReportedByTheFibersName) {
    EXPECT_EXIT(run([] {
                    fibers::spawn({.name = "greedy"}, [] { return recurse_without_end(1); }).join();
                }),
                testing::KilledBySignal(SIGSEGV), "stack overflow in fiber .*\"greedy\".*64 KiB");
}

TEST_P(OverflowDeathTest, OfTheSharedStackIsReportedByTheNameOfTheFiberThatHasBorrowedIt) {
    EXPECT_EXIT(run([] {
                    fibers::spawn({.name = "greedy"}, [] {
                        return fibers::on_shared_stack([] { return recurse_without_end(1); });
                    }).join();
                }),
                testing::KilledBySignal(SIGSEGV),
                "stack overflow in fiber .*\"greedy\".*256 KiB.*on_shared_stack");
}

TEST_P(OverflowDeathTest, IsReportedAmongManyFibers) {
    EXPECT_EXIT(run([] {
                    for (int i = 0; i < 200; ++i)
                        fibers::spawn({.name = "modest " + std::to_string(i)}, [] {
                            fibers::this_fiber::sleep_for(1h);
                        }).detach();
                    auto greedy = fibers::spawn({.name = "greedy"}, [] {
                        fibers::this_fiber::sleep_for(2ms);
                        return recurse_without_end(1);
                    });
                    greedy.join();
                }),
                testing::KilledBySignal(SIGSEGV), "stack overflow in fiber .*\"greedy\"");
}

TEST_P(OverflowDeathTest, IsReportedOnAStackThatWasUsedBefore) {
    EXPECT_EXIT(run([] {
                    for (int i = 0; i < 100; ++i)
                        fibers::spawn([] { fibers::this_fiber::yield(); }).join();
                    fibers::spawn({.name = "late"}, [] { return recurse_without_end(1); }).join();
                }),
                testing::KilledBySignal(SIGSEGV), "stack overflow in fiber .*\"late\"");
}

TEST_P(OverflowDeathTest, IsNotClaimedOfOtherFaults) {
    // The report would come before: an expression that matches the whole output tells.
    EXPECT_EXIT(run([] { fibers::spawn({.name = "innocent"}, [] { read_nowhere(); }).join(); }),
                testing::KilledBySignal(SIGSEGV), "^$");
}

TEST_P(OverflowDeathTest, LeavesOtherFaultsToTheHandlerThatWasThereBefore) {
    EXPECT_EXIT(
        {
            std::signal(SIGSEGV, [](int) {
                static_cast<void>(::write(STDERR_FILENO, "mine\n", 5));
                ::_exit(7);
            });
            run([] { fibers::spawn([] { read_nowhere(); }).join(); });
        },
        testing::ExitedWithCode(7), "^mine");
}

TEST_P(OverflowDeathTest, LeavesASignalThatSomebodySentDeadly) {
    EXPECT_EXIT(run([] {
                    ::kill(::getpid(), SIGSEGV);
                    std::this_thread::sleep_for(1s);
                    ::_exit(0);
                }),
                testing::KilledBySignal(SIGSEGV), "");
}

} // namespace
