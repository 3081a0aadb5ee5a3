#include <fibers/readiness.hpp>
#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

/// Handles SIGUSR1 while it lives.
class handling {
  public:
    handling(void (*handler)(int), int flags) {
        struct sigaction action {};
        action.sa_handler = handler;
        action.sa_flags = flags;
        ::sigaction(SIGUSR1, &action, &before_);
    }
    ~handling() { ::sigaction(SIGUSR1, &before_, nullptr); }
    handling(const handling&) = delete;
    handling& operator=(const handling&) = delete;

  private:
    struct sigaction before_;
};

std::atomic<std::uintptr_t> frame_of_the_handler = 0;

void note_the_frame(int) {
    frame_of_the_handler = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
}

/// How far below the raising fiber's frame that of the handler is.
std::uintptr_t distance_of_the_handler() {
    ::raise(SIGUSR1);
    return reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) - frame_of_the_handler;
}

class SignalHandler : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, SignalHandler, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(SignalHandler, RunsOnTheStackOfTheFiberThatItMeets) {
    if (test::under_tsan)
        GTEST_SKIP() << "ThreadSanitizer calls handlers itself";
    const handling here{note_the_frame, 0};
    run([] {
        const std::size_t stack_size = fibers::runtime_options{}.stack_size;
        EXPECT_LT(fibers::spawn(distance_of_the_handler).join(), stack_size);
    });
}

TEST_P(SignalHandler, RunsOnTheWorkersSignalStackWhereItWantsTo) {
    if (test::under_tsan)
        GTEST_SKIP() << "ThreadSanitizer calls handlers itself";
    const handling here{note_the_frame, SA_ONSTACK};
    run([] {
        fibers::spawn([] {
            stack_t signal_stack{};
            ASSERT_EQ(::sigaltstack(nullptr, &signal_stack), 0);
            const auto begin = reinterpret_cast<std::uintptr_t>(signal_stack.ss_sp);
            ::raise(SIGUSR1);
            EXPECT_GE(frame_of_the_handler, begin);
            EXPECT_LT(frame_of_the_handler, begin + signal_stack.ss_size);
        }).join();
    });
}

std::atomic<int> written_by_the_handler = -1;

void write_a_byte(int) {
    [[maybe_unused]] const auto written = ::write(written_by_the_handler, "x", 1);
}

TEST_P(SignalHandler, MayWakeAFiberThroughADescriptor) {
    const test::descriptor_pair pipe = test::nonblocking_pipe();
    written_by_the_handler = pipe.writer.handle();
    const handling here{write_a_byte, SA_RESTART};
    run([&] {
        fibers::readiness readable{pipe.reader.handle()};
        auto waiter = fibers::spawn([&] {
            while (!pipe.reader.take())
                ASSERT_EQ(readable.wait(fibers::direction::read), std::error_code{});
        });
        fibers::this_fiber::sleep_for(1ms); // it waits
        ::kill(::getpid(), SIGUSR1);
        waiter.join();
    });
}

TEST(SignalMaskOfOneWorker, IsThatOfAllItsFibers) {
    fibers::run([] {
        sigset_t usr2;
        ::sigemptyset(&usr2);
        ::sigaddset(&usr2, SIGUSR2);
        ::pthread_sigmask(SIG_BLOCK, &usr2, nullptr);
        fibers::spawn([] {
            sigset_t mine;
            ::pthread_sigmask(SIG_BLOCK, nullptr, &mine);
            EXPECT_TRUE(::sigismember(&mine, SIGUSR2));
        }).join();
        ::pthread_sigmask(SIG_UNBLOCK, &usr2, nullptr);
    });
}

} // namespace
