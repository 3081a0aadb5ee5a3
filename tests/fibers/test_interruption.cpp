#include <fibers/cancellation.hpp>
#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/blocking_calls.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <chrono>
#include <thread>
#include <tuple>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

/// Every blocking call, with one worker and with two.
class Interruption : public testing::TestWithParam<std::tuple<test::blocking_call, unsigned>> {
  protected:
    static std::error_code blocked() { return test::error_of(std::get<0>(GetParam()).block); }

    template <class F>
    static void run(F&& f) {
        fibers::runtime{{.workers = std::get<1>(GetParam())}}.run(std::forward<F>(f));
    }
};

std::string name_of(const testing::TestParamInfo<Interruption::ParamType>& info) {
    const auto& [call, workers] = info.param;
    return std::string{call.name} + (workers == 1 ? "OneWorker" : "TwoWorkers");
}

INSTANTIATE_TEST_SUITE_P(Of, Interruption,
                         testing::Combine(testing::ValuesIn(test::blocking_calls()),
                                          testing::Values(1U, 2U)),
                         name_of);

TEST_P(Interruption, StopEndsIt) {
    run([] {
        auto f = fibers::spawn(blocked);
        fibers::this_fiber::sleep_for(3ms);
        f.request_stop();
        EXPECT_EQ(f.join(), std::errc::operation_canceled);
    });
}

TEST_P(Interruption, StopFromAPlainThreadEndsIt) {
    run([] {
        auto f = fibers::spawn(blocked);
        fibers::this_fiber::sleep_for(3ms);
        std::thread{[&] { f.request_stop(); }}.join();
        EXPECT_EQ(f.join(), std::errc::operation_canceled);
    });
}

TEST_P(Interruption, StopThatCameBeforeEndsItAtOnce) {
    run([] {
        auto f = fibers::spawn(blocked);
        f.request_stop();
        EXPECT_EQ(f.join(), std::errc::operation_canceled);
    });
}

TEST_P(Interruption, StopIsSticky) {
    run([] {
        auto f = fibers::spawn([] {
            const std::error_code first = blocked();
            EXPECT_TRUE(fibers::this_fiber::stop_requested());
            return std::pair{first, blocked()};
        });
        fibers::this_fiber::sleep_for(3ms);
        f.request_stop();
        const auto [first, second] = f.join();
        EXPECT_EQ(first, std::errc::operation_canceled);
        EXPECT_EQ(second, std::errc::operation_canceled);
    });
}

TEST_P(Interruption, DeadlineEndsIt) {
    run([] {
        const auto start = steady_clock::now();
        fibers::timeout_scope limit{5ms};
        EXPECT_EQ(blocked(), std::errc::timed_out);
        EXPECT_GE(steady_clock::now() - start, 5ms);
    });
}

TEST_P(Interruption, DeadlineInThePastEndsIt) {
    run([] {
        for (const auto moment : {steady_clock::now() - 1ns, steady_clock::time_point{},
                                  steady_clock::time_point{-1h}}) {
            fibers::timeout_scope over{moment};
            EXPECT_EQ(blocked(), std::errc::timed_out);
        }
    });
}

TEST_P(Interruption, DeadlineInTheMostDistantPastEndsIt) {
    run([] {
        {
            fibers::timeout_scope over{steady_clock::time_point::min()};
            EXPECT_EQ(blocked(), std::errc::timed_out);
        }
        {
            fibers::timeout_scope over{std::chrono::nanoseconds::min()};
            EXPECT_EQ(blocked(), std::errc::timed_out);
        }
    });
}

TEST_P(Interruption, NearestOfNestedDeadlinesHolds) {
    run([] {
        fibers::timeout_scope outer{2ms};
        fibers::timeout_scope inner{1h};
        EXPECT_EQ(blocked(), std::errc::timed_out);
    });
}

TEST_P(Interruption, ShieldHidesTheStop) {
    run([] {
        auto f = fibers::spawn([] {
            std::error_code shielded;
            {
                const fibers::cancellation_shield shield;
                fibers::timeout_scope limit{5ms};
                shielded = blocked();
                EXPECT_TRUE(fibers::this_fiber::stop_requested());
            }
            return std::pair{shielded, blocked()};
        });
        fibers::this_fiber::sleep_for(1ms);
        f.request_stop();
        const auto [shielded, bare] = f.join();
        EXPECT_EQ(shielded, std::errc::timed_out);
        EXPECT_EQ(bare, std::errc::operation_canceled);
    });
}

TEST_P(Interruption, ShieldHidesTheOuterDeadlineOnly) {
    run([] {
        fibers::timeout_scope over{steady_clock::now() - 1s};
        const auto start = steady_clock::now();
        {
            const fibers::cancellation_shield shield;
            fibers::timeout_scope limit{5ms};
            EXPECT_EQ(blocked(), std::errc::timed_out);
            EXPECT_GE(steady_clock::now() - start, 5ms);
        }
        EXPECT_EQ(blocked(), std::errc::timed_out);
    });
}

/// Every blocking call of a plain thread.
class InterruptionOnAPlainThread : public testing::TestWithParam<test::blocking_call> {
  protected:
    static std::error_code blocked() { return test::error_of(GetParam().block); }
};
INSTANTIATE_TEST_SUITE_P(Of, InterruptionOnAPlainThread,
                         testing::ValuesIn(test::blocking_calls_of_threads()),
                         testing::PrintToStringParamName());

TEST_P(InterruptionOnAPlainThread, DeadlineEndsIt) {
    const auto start = steady_clock::now();
    fibers::timeout_scope limit{5ms};
    EXPECT_EQ(blocked(), std::errc::timed_out);
    EXPECT_GE(steady_clock::now() - start, 5ms);
}

TEST_P(InterruptionOnAPlainThread, DeadlineInThePastEndsIt) {
    for (const auto moment : {steady_clock::now() - 1ns, steady_clock::time_point{},
                              steady_clock::time_point{-1h}, steady_clock::time_point::min()}) {
        fibers::timeout_scope over{moment};
        EXPECT_EQ(blocked(), std::errc::timed_out);
    }
}

TEST_P(InterruptionOnAPlainThread, ShieldHidesTheOuterDeadlineOnly) {
    fibers::timeout_scope over{steady_clock::now() - 1s};
    {
        const auto start = steady_clock::now();
        const fibers::cancellation_shield shield;
        fibers::timeout_scope limit{5ms};
        EXPECT_EQ(blocked(), std::errc::timed_out);
        EXPECT_GE(steady_clock::now() - start, 5ms);
    }
    EXPECT_EQ(blocked(), std::errc::timed_out);
}

} // namespace
