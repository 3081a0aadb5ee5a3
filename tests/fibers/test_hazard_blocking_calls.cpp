#include <fibers/blocking.hpp>
#include <fibers/runtime.hpp>
#include <fibers/std/atomic.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/liveness.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <ostream>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

constexpr auto a_while = 20ms;

/// A call that waits for something that comes from outside the runtime.
struct waiting_call {
    const char* name;
    std::function<void()> make;
};

void PrintTo(const waiting_call& call, std::ostream* out) {
    *out << call.name;
}

void sleep_the_std_way() {
    std::this_thread::sleep_for(a_while);
}

template <class Flag>
void wait_for_a_flag() {
    Flag flag = false;
    std::thread setter{[&] {
        std::this_thread::sleep_for(a_while);
        flag = true;
        flag.notify_one();
    }};
    flag.wait(false);
    setter.join();
}

void read_from_a_pipe() {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    const test::descriptor out{ends[0]}, in{ends[1]};
    std::thread writer{[&] {
        std::this_thread::sleep_for(a_while);
        in.put();
    }};
    out.take();
    writer.join();
}

/// How many turns another fiber of the only worker gets until `call()` has returned.
int turns_of_another_fiber_during(const std::function<void()>& call) {
    return fibers::run([&] {
        int turns = 0;
        bool over = false;
        auto other = fibers::spawn([&] {
            while (!over) {
                ++turns;
                fibers::this_fiber::yield();
            }
        });
        test::let_others_run();
        const int before = turns;
        call();
        const int during = turns - before;
        over = true;
        other.join();
        return during;
    });
}

class CallThatBlocks : public testing::TestWithParam<waiting_call> {};
INSTANTIATE_TEST_SUITE_P(Calls, CallThatBlocks,
                         testing::Values(waiting_call{"StdSleep", sleep_the_std_way},
                                         waiting_call{"StdAtomicWait",
                                                      wait_for_a_flag<std::atomic<bool>>},
                                         waiting_call{"ReadFromAPipe", read_from_a_pipe}),
                         testing::PrintToStringParamName());

TEST_P(CallThatBlocks, HoldsUpTheOtherFibersOfItsWorker) {
    EXPECT_EQ(turns_of_another_fiber_during(GetParam().make), 0);
}

TEST_P(CallThatBlocks, HoldsUpNobodyWithinBlocking) {
    EXPECT_GT(turns_of_another_fiber_during([] { fibers::blocking(GetParam().make); }), 0);
}

TEST(CallThatSuspends, HoldsUpNobody) {
    EXPECT_GT(turns_of_another_fiber_during([] { fibers::this_fiber::sleep_for(a_while); }), 0);
    EXPECT_GT(turns_of_another_fiber_during(wait_for_a_flag<fibers::atomic<bool>>), 0);
}

} // namespace
