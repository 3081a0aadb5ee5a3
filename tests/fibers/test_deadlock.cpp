#include <fibers/blocking.hpp>
#include <fibers/readiness.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/select.hpp>
#include <fibers/sync/channel.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/latch.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <sys/time.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::deadlock_action;

/// Longer than a runtime waits before it looks.
constexpr auto long_enough = 250ms;

/// A signal, once.
void send_alarm_after(std::chrono::microseconds time) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
    itimerval once{};
    once.it_value = {seconds.count(), (time - seconds).count()};
    ::setitimer(ITIMER_REAL, &once, nullptr);
}

/// A signal handler writes to the descriptor, in time.
void write_on_alarm(int fd) {
    static int writer;
    writer = fd;
    std::signal(SIGALRM, [](int) {
        if (::write(writer, "!", 1) != 1)
            std::abort();
    });
    send_alarm_after(long_enough);
}

/// An event that nobody signals until somebody does.
class event {
  public:
    void wait() {
        std::unique_lock lock{mutex_};
        changed_.wait(lock, [&] { return set_; });
    }
    void set() {
        {
            const std::lock_guard lock{mutex_};
            set_ = true;
        }
        changed_.notify_all();
    }

  private:
    fibers::mutex mutex_;
    fibers::condition_variable changed_;
    bool set_ = false;
};

void lock_twice() {
    fibers::mutex m;
    m.lock();
    m.lock();
}

/// Matches an output that holds the word once.
class holds_once {
  public:
    using is_gtest_matcher = void;
    explicit holds_once(std::string_view word) : word_{word} {}

    bool MatchAndExplain(const std::string& output, std::ostream*) const {
        const auto first = output.find(word_);
        return first != output.npos && output.find(word_, first + 1) == output.npos;
    }
    void DescribeTo(std::ostream* out) const { *out << "holds \"" << word_ << "\" once"; }
    void DescribeNegationTo(std::ostream* out) const { *out << "does not hold it once"; }

  private:
    std::string_view word_;
};

/// The children say on their standard error what they think of themselves.
class DeadlockDeathTest : public testing::TestWithParam<unsigned> {
  protected:
    void SetUp() override {
        if (test::under_tsan)
            GTEST_SKIP() << "ThreadSanitizer has a thread of its own, which might wake a fiber";
        GTEST_FLAG_SET(death_test_style, "threadsafe");
    }

    static fibers::runtime_options options(deadlock_action action) {
        fibers::runtime_options chosen;
        chosen.workers = GetParam();
        chosen.on_deadlock = action;
        return chosen;
    }

    /// Ends the process where a deadlock is noticed, and by itself soon where it is not.
    static void run_into(const std::function<void()>& body) {
        send_alarm_after(10s);
        fibers::runtime{options(deadlock_action::abort)}.run(body);
        ::_exit(1);
    }

    static void run_through(const std::function<void()>& body) {
        send_alarm_after(10s);
        fibers::runtime{options(deadlock_action::report)}.run(body);
        ::_exit(0);
    }
};
INSTANTIATE_TEST_SUITE_P(Workers, DeadlockDeathTest, testing::Values(1U, 3U),
                         testing::PrintToStringParamName());

// ---- what is one

TEST_P(DeadlockDeathTest, AMutexLockedTwiceIsReported) {
    EXPECT_EXIT(run_into(lock_twice), testing::KilledBySignal(SIGABRT),
                "^weft: deadlock: every fiber waits, and nothing can wake one\n"
                "weft:   the main fiber waits for a mutex \\(0x[0-9a-f]+\\)\n$");
}

TEST_P(DeadlockDeathTest, EachFiberIsReportedWithItsNameAndWhatItWaitsFor) {
    EXPECT_EXIT(run_into([] {
                    fibers::mutex a, b;
                    fibers::latch both{2};
                    const auto lock = [&](fibers::mutex& first, fibers::mutex& second) {
                        const std::lock_guard mine{first};
                        both.arrive_and_wait();
                        second.lock();
                    };
                    auto one = fibers::spawn({.name = "one"}, [&] { lock(a, b); });
                    auto two = fibers::spawn({.name = "two"}, [&] { lock(b, a); });
                    one.join();
                }),
                testing::KilledBySignal(SIGABRT),
                "the main fiber waits for the end of fiber 0x[0-9a-f]+ \"one\"(.|\n)*"
                "\"(one|two)\" waits for a mutex(.|\n)*\"(one|two)\" waits for a mutex");
}

TEST_P(DeadlockDeathTest, ALostNotificationIsReported) {
    EXPECT_EXIT(run_into([] {
                    event early;
                    fibers::scope fibers;
                    fibers.spawn({.name = "late"}, [&] {
                        fibers::mutex m;
                        fibers::condition_variable cv;
                        cv.notify_all();
                        std::unique_lock lock{m};
                        cv.wait(lock);
                    });
                    fibers.join();
                }),
                testing::KilledBySignal(SIGABRT),
                "main fiber waits for the fibers of a scope(.|\n)*"
                "\"late\" waits for a condition variable");
}

TEST_P(DeadlockDeathTest, ASelectAmongChannelsThatNobodyUsesIsReported) {
    EXPECT_EXIT(run_into([] {
                    fibers::channel<int> a, b;
                    fibers::select(fibers::on_receive(a, [](std::optional<int>) {}),
                                   fibers::on_receive(b, [](std::optional<int>) {}));
                }),
                testing::KilledBySignal(SIGABRT), "main fiber waits for one of several things");
}

TEST_P(DeadlockDeathTest, AThreadForBlockingCallsThatRestsIsNoHope) {
    EXPECT_EXIT(run_into([] {
                    fibers::blocking([] {});
                    lock_twice();
                }),
                testing::KilledBySignal(SIGABRT), "waits for a mutex");
}

TEST_P(DeadlockDeathTest, ADescriptorThatNobodyWaitsForIsNoHope) {
    EXPECT_EXIT(run_into([] {
                    const test::descriptor_pair pipe = test::nonblocking_pipe();
                    fibers::readiness readable{pipe.reader.handle()};
                    static_cast<void>(readable.wait(fibers::direction::read));
                    lock_twice();
                }),
                testing::KilledBySignal(SIGABRT), "waits for a mutex");
}

TEST_P(DeadlockDeathTest, AFiberThatNeverEndsAfterTheMainFunctionIsReported) {
    EXPECT_EXIT(run_into([] {
                    fibers::spawn({.name = "left"}, lock_twice).detach();
                    fibers::this_fiber::sleep_for(1ms);
                }),
                testing::KilledBySignal(SIGABRT),
                "main fiber waits for the last fibers(.|\n)*\"left\" waits for a mutex");
}

TEST_P(DeadlockDeathTest, IsNoticedWhenTheOnlyOtherThreadHasEndedSilently) {
    EXPECT_EXIT(run_into([] {
                    std::thread{[] { std::this_thread::sleep_for(long_enough); }}.detach();
                    lock_twice();
                }),
                testing::KilledBySignal(SIGABRT), "waits for a mutex");
}

TEST_P(DeadlockDeathTest, IsReportedOnceAndThenWaitsOn) {
    EXPECT_EXIT(
        {
            send_alarm_after(2 * long_enough);
            fibers::runtime{options(deadlock_action::report)}.run(lock_twice);
        },
        testing::KilledBySignal(SIGALRM), holds_once("deadlock"));
}

TEST_P(DeadlockDeathTest, IsIgnoredOnRequest) {
    EXPECT_EXIT(
        {
            send_alarm_after(long_enough);
            fibers::runtime{options(deadlock_action::ignore)}.run(lock_twice);
        },
        testing::KilledBySignal(SIGALRM), "^$");
}

// ---- what is none, though every fiber waits for long

TEST_P(DeadlockDeathTest, ASleeperMayWakeTheOthers) {
    EXPECT_EXIT(run_through([] {
                    event e;
                    auto sleeper = fibers::spawn([&] {
                        fibers::this_fiber::sleep_for(long_enough);
                        e.set();
                    });
                    e.wait();
                }),
                testing::ExitedWithCode(0), "^$");
}

TEST_P(DeadlockDeathTest, ADescriptorMayWakeAFiberEvenThroughASignalHandler) {
    EXPECT_EXIT(run_through([] {
                    const test::descriptor_pair pipe = test::nonblocking_pipe();
                    write_on_alarm(pipe.writer.handle());
                    event e;
                    auto reader = fibers::spawn([&] {
                        fibers::readiness readable{pipe.reader.handle()};
                        while (!pipe.reader.take())
                            if (readable.wait(fibers::direction::read))
                                std::abort();
                        e.set();
                    });
                    e.wait();
                }),
                testing::ExitedWithCode(0), "^$");
}

TEST_P(DeadlockDeathTest, ADescriptorMayWakeASelectAmongOtherThings) {
    EXPECT_EXIT(run_through([] {
                    const test::descriptor_pair pipe = test::nonblocking_pipe();
                    write_on_alarm(pipe.writer.handle());
                    fibers::channel<int> silent;
                    fibers::readiness readable{pipe.reader.handle()};
                    while (!pipe.reader.take())
                        fibers::select(fibers::on_receive(silent, [](std::optional<int>) {}),
                                       fibers::on_readable(readable));
                }),
                testing::ExitedWithCode(0), "^$");
}

TEST_P(DeadlockDeathTest, ABlockingCallMayWakeItsCaller) {
    EXPECT_EXIT(run_through([] {
                    event e;
                    auto caller = fibers::spawn([&] {
                        fibers::blocking([] { std::this_thread::sleep_for(long_enough); });
                        e.set();
                    });
                    e.wait();
                }),
                testing::ExitedWithCode(0), "^$");
}

TEST_P(DeadlockDeathTest, APlainThreadMayWakeAFiber) {
    EXPECT_EXIT(run_through([] {
                    event e;
                    std::thread other{[&] {
                        std::this_thread::sleep_for(long_enough);
                        e.set();
                    }};
                    e.wait();
                    other.join();
                }),
                testing::ExitedWithCode(0), "^$");
}

TEST_P(DeadlockDeathTest, AFiberOfAnotherRuntimeMayWakeOne) {
    EXPECT_EXIT(run_through([] {
                    event e;
                    std::thread other{[&] {
                        fibers::run([&] {
                            fibers::this_fiber::sleep_for(long_enough);
                            e.set();
                        });
                    }};
                    e.wait();
                    other.join();
                }),
                testing::ExitedWithCode(0), "^$");
}

TEST_P(DeadlockDeathTest, APlainThreadMaySpawnAFiberThatWakesTheOthers) {
    EXPECT_EXIT(
        {
            event e;
            fibers::runtime runtime{options(deadlock_action::report)};
            std::thread spawner{[&] {
                std::this_thread::sleep_for(long_enough);
                runtime.spawn([&] { e.set(); }).join();
            }};
            runtime.run([&] { e.wait(); });
            spawner.join();
            ::_exit(0);
        },
        testing::ExitedWithCode(0), "^$");
}

} // namespace
