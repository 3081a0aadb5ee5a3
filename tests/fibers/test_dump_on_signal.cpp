#include <fibers/dump_on_signal.hpp>

#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/errors.hpp>

#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

/// What a runtime says while its main fiber calls that and the signal is sent from a thread.
template <class F>
std::string said_about(const std::string& awaited, unsigned workers, F main) {
    testing::internal::CaptureStderr();
    std::string said;
    std::atomic<bool> over = false;
    {
        fibers::runtime runtime{{.workers = workers}};
        fibers::dump_on_signal on_signal{runtime, SIGUSR1};
        std::thread asks{[&] {
            for (int i = 0; i < 100 && said.find(awaited) == said.npos; ++i) {
                ::kill(::getpid(), SIGUSR1);
                std::this_thread::sleep_for(50ms);
                std::fflush(stderr);
                said += testing::internal::GetCapturedStderr();
                testing::internal::CaptureStderr();
            }
            over = true;
        }};
        runtime.run([&] { main(over); });
        asks.join();
    }
    return said + testing::internal::GetCapturedStderr();
}

TEST(DumpOnSignal, WritesWhatFibersWaitFor) {
    for (const unsigned workers : {1u, 3u})
        EXPECT_THAT(said_about("\"sleeper\"", workers,
                               [](std::atomic<bool>& over) {
                                   auto sleeper = fibers::spawn({.name = "sleeper"}, [] {
                                       fibers::this_fiber::sleep_for(1h);
                                   });
                                   while (!over)
                                       fibers::this_fiber::sleep_for(1ms);
                               }),
                    AllOf(HasSubstr("runtime \"weft\""), HasSubstr("\"sleeper\", worker"),
                          HasSubstr("waits for a moment")));
}

TEST(DumpOnSignal, DoesSoWhereAFiberHoldsTheOnlyWorker) {
    EXPECT_THAT(said_about("\"busy\"", 1,
                           [](std::atomic<bool>& over) {
                               fibers::spawn({.name = "busy"}, [&] {
                                   while (!over) {
                                   }
                               }).join();
                           }),
                AllOf(HasSubstr("\"busy\", worker 0: runs"), HasSubstr("a fiber holds it")));
}

TEST(DumpOnSignal, GivesTheSignalBack) {
    static std::atomic<int> former = 0;
    std::signal(SIGUSR2, [](int) { ++former; });
    fibers::runtime runtime;
    {
        fibers::dump_on_signal one{runtime, SIGUSR2};
        fibers::dump_on_signal another{runtime, SIGUSR2};
    }
    std::raise(SIGUSR2);
    EXPECT_EQ(former, 1);
    std::signal(SIGUSR2, SIG_DFL);
}

TEST(DumpOnSignal, EndsWhereverItsThreadHasGot) {
    fibers::runtime runtime;
    for (int round = 0; round < 500; ++round) {
        fibers::dump_on_signal one{runtime, SIGUSR2};
        fibers::dump_on_signal another{runtime, SIGUSR2};
        if (round % 2 == 0)
            std::this_thread::yield();
    }
}

TEST(DumpOnSignal, RefusesWhatCannotBeHandled) {
    fibers::runtime runtime;
    for (const int signal : {0, -1, SIGKILL, 1000})
        EXPECT_EQ(test::error_of([&] {
                      fibers::dump_on_signal never{runtime, signal};
                  }),
                  std::errc::invalid_argument);
}

} // namespace
