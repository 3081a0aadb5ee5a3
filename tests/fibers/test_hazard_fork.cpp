#include <fibers/blocking.hpp>
#include <fibers/readiness.hpp>
#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

/// A process that calls `body`, which does not return.
pid_t forked(const std::function<void()>& body) {
    const pid_t child = ::fork();
    if (child == 0) {
        body();
        ::_exit(126);
    }
    EXPECT_GT(child, 0);
    return child;
}

void become_shell(const char* script) {
    ::execl("/bin/sh", "sh", "-c", script, nullptr);
}

int exit_code(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Waits for the child's end without blocking the worker.
int wait_for(pid_t child) {
    const test::descriptor end{static_cast<int>(::syscall(SYS_pidfd_open, child, 0))};
    fibers::readiness ended{end.handle()};
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0)
        EXPECT_EQ(ended.wait(fibers::direction::read), std::error_code{});
    return exit_code(status);
}

class Fork : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, Fork, test::worker_counts, testing::PrintToStringParamName());

TEST_P(Fork, InAFiberMayBeFollowedByExec) {
    run([] {
        fibers::spawn([] {
            EXPECT_EQ(wait_for(forked([] { become_shell("exit 7"); })), 7);
        }).join();
    });
}

TEST_P(Fork, InAFiberMayBeFollowedByAnExitAtOnce) {
    run([] { fibers::spawn([] { EXPECT_EQ(wait_for(forked([] { ::_exit(7); })), 7); }).join(); });
}

TEST_P(Fork, LeavesTheParentsWaitsAlone) {
    run([] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        fibers::readiness readable{pipe.reader.handle()};
        auto reader = fibers::spawn([&] {
            while (!pipe.reader.take())
                ASSERT_EQ(readable.wait(fibers::direction::read), std::error_code{});
        });
        fibers::this_fiber::sleep_for(1ms); // it waits
        EXPECT_EQ(wait_for(forked([] { ::_exit(0); })), 0);
        pipe.writer.put();
        reader.join();
    });
}

/// How many descriptors a program that is started here begins with.
int descriptors_of_a_program() {
    return wait_for(forked([] { become_shell("exit $(ls /proc/self/fd | wc -l)"); }));
}

TEST_P(Fork, AndExecKeepNoDescriptorOfTheRuntime) {
    const int outside = descriptors_of_a_program();
    run([&] {
        fibers::this_fiber::sleep_for(1ms);
        EXPECT_EQ(descriptors_of_a_program(), outside);
    });
}

/// Whether a program that is started here has SIGTERM blocked: the 15th bit of the mask.
bool program_blocks_sigterm() {
    return wait_for(forked([] {
               become_shell("mask=$(grep SigBlk /proc/self/status | cut -f 2)\n"
                            "exit $((0x$mask >> 14 & 1))");
           })) == 1;
}

TEST_P(Fork, WithinBlockingPassesOnThatSignalsAreBlocked) {
    run([] {
        EXPECT_FALSE(program_blocks_sigterm());
        EXPECT_TRUE(fibers::blocking(program_blocks_sigterm));
    });
}

TEST(ForkBesideARuntime, LetsTheChildRunOneOfItsOwn) {
    EXPECT_EQ(wait_for(forked([] {
                  ::_exit(fibers::run([] {
                      return fibers::spawn([] {
                                 fibers::this_fiber::sleep_for(1ms);
                                 return 7;
                             })
                          .join();
                  }));
              })),
              7);
}

} // namespace
