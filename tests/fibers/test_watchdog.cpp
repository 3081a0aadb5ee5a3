#include <fibers/runtime.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <chrono>
#include <csignal>
#include <functional>
#include <string>
#include <thread>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

[[gnu::noinline]] void compute_for(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
    }
    asm volatile("" ::: "memory"); // no tail call
}

class Watchdog : public testing::TestWithParam<unsigned> {
  protected:
    /// Runs that with a limit of 50 ms; what is said on stderr.
    std::string said_during(const std::function<void()>& body) {
        testing::internal::CaptureStderr();
        fibers::runtime{{.workers = GetParam(), .watchdog = 50ms}}.run(body);
        return testing::internal::GetCapturedStderr();
    }
};

INSTANTIATE_TEST_SUITE_P(Workers, Watchdog, testing::Values(1u, 2u));

std::size_t reports_in(const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find("weft: watchdog:", at)) != text.npos; ++at)
        ++count;
    return count;
}

TEST_P(Watchdog, NamesAFiberThatComputesAndWhere) {
    if (test::under_tsan)
        GTEST_SKIP() << "ThreadSanitizer keeps signals back while code computes";
    const std::string said =
        said_during([] { fibers::spawn({.name = "busy"}, [] { compute_for(300ms); }).join(); });
    EXPECT_THAT(said,
                AllOf(HasSubstr("weft: watchdog: fiber 0x"), HasSubstr("\"busy\" has held worker "),
                      HasSubstr("for more than 50 ms\n"), HasSubstr("compute_for")));
    EXPECT_EQ(reports_in(said), 1u) << said;
}

TEST_P(Watchdog, NamesTheSystemCall) {
    const std::string said = said_during([] {
        fibers::spawn({.name = "sleeps"}, [] { std::this_thread::sleep_for(300ms); }).join();
    });
    EXPECT_THAT(said, AllOf(HasSubstr("\"sleeps\""), HasSubstr("nanosleep(2)\n")));
}

TEST_P(Watchdog, ReportsEachTimeOnce) {
    const std::string said = said_during([] {
        for (int i = 0; i < 2; ++i) {
            compute_for(250ms);
            fibers::this_fiber::sleep_for(1ms);
        }
    });
    EXPECT_EQ(reports_in(said), 2u) << said;
}

TEST_P(Watchdog, SaysNothingWhereFibersWait) {
    const std::string said = said_during([] {
        fibers::spawn([] { fibers::this_fiber::sleep_for(300ms); }).join();
        fibers::this_fiber::sleep_for(100ms);
    });
    EXPECT_EQ(said, "");
}

TEST_P(Watchdog, LeavesDeadlocksToBeSeen) {
    if (test::under_tsan)
        GTEST_SKIP() << "ThreadSanitizer has a thread of its own, which might wake a fiber";
    const auto deadlock = [] {
        fibers::mutex mutex;
        mutex.lock();
        mutex.lock();
    };
    fibers::runtime runtime{
        {.workers = GetParam(), .on_deadlock = fibers::deadlock_action::abort, .watchdog = 50ms}};
    EXPECT_EXIT(runtime.run(deadlock), testing::KilledBySignal(SIGABRT), "weft: deadlock");
}

TEST(WatchdogOption, IsNotNegative) {
    EXPECT_EQ(test::error_of([] { fibers::runtime runtime{{.watchdog = -1ms}}; }),
              std::errc::invalid_argument);
}

} // namespace
