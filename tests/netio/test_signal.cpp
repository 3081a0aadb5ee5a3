#include <tests/netio/everywhere.hpp>

#include <netio/signal.hpp>

#include <fibers/timeout.hpp>

#include <chrono>
#include <csignal>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::signal_set;

class SignalSet : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, SignalSet, test::every_place);

TEST_P(SignalSet, HandsOutTheSignalThatArrives) {
    signal_set signals{SIGTERM, SIGUSR1};
    run([&] {
        auto waiter = start([&] { EXPECT_EQ(signals.wait(), SIGUSR1); });
        settle();
        ::kill(::getpid(), SIGUSR1);
        waiter.join();
        ::kill(::getpid(), SIGTERM);
        EXPECT_EQ(signals.wait(), SIGTERM);
    });
}

TEST_P(SignalSet, KeepsASignalThatCameBeforeAnyoneWaited) {
    signal_set signals{SIGINT};
    ::kill(::getpid(), SIGINT);
    run([&] { EXPECT_EQ(signals.wait(), SIGINT); });
}

TEST_P(SignalSet, GivesEachOfSeveralSignalsToOneOfSeveralWaiters) {
    signal_set signals{SIGUSR1, SIGUSR2};
    run([&] {
        int first = 0, second = 0;
        auto one = start([&] { first = signals.wait(); });
        auto other = start([&] { second = signals.wait(); });
        settle();
        ::kill(::getpid(), SIGUSR1);
        ::kill(::getpid(), SIGUSR2);
        one.join();
        other.join();
        EXPECT_EQ(first + second, SIGUSR1 + SIGUSR2);
        EXPECT_NE(first, second);
    });
}

TEST_P(SignalSet, WaitTimesOut) {
    signal_set signals{SIGUSR1};
    run([&] {
        const fibers::timeout_scope limit{10ms};
        std::error_code ec;
        signals.wait(ec);
        EXPECT_EQ(ec, std::errc::timed_out);
        EXPECT_THROW(signals.wait(), std::system_error);
    });
}

TEST(SignalMask, IsRestoredByTheDestructor) {
    sigset_t mask;
    {
        const signal_set signals{SIGUSR1};
        ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
        EXPECT_TRUE(sigismember(&mask, SIGUSR1));
    }
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    EXPECT_FALSE(sigismember(&mask, SIGUSR1));
}

TEST(SignalMask, RefusesWhatIsNoSignal) {
    EXPECT_THROW(signal_set({SIGUSR1, 1000}), std::system_error);
    sigset_t mask;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &mask);
    EXPECT_FALSE(sigismember(&mask, SIGUSR1));
}

} // namespace
