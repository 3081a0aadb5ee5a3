#include <fibers/cancellation.hpp>
#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/process.hpp>

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
namespace this_fiber = fibers::this_fiber;

TEST(PlainThread, IsNoFiber) {
    EXPECT_EQ(this_fiber::get_id(), fibers::fiber_id{});
    EXPECT_EQ(this_fiber::name(), "");
    EXPECT_FALSE(this_fiber::stop_requested());
}

TEST(PlainThread, YieldsAndSleepsAsAThread) {
    const auto start = std::chrono::steady_clock::now();
    this_fiber::yield();
    this_fiber::sleep_for(2ms);
    EXPECT_GE(std::chrono::steady_clock::now() - start, 2ms);
}

TEST(PlainThread, HasADeadlineOfItsOwn) {
    fibers::timeout_scope over{std::chrono::steady_clock::now() - 1s};
    std::thread{[] {
        EXPECT_EQ(test::error_of([] { this_fiber::sleep_for(1ms); }), std::error_code{});
    }}.join();
    EXPECT_EQ(test::error_of([] { this_fiber::sleep_for(1ms); }), std::errc::timed_out);
}

TEST(PlainThread, IsNoFiberAgainAfterARun) {
    fibers::run([] { EXPECT_NE(this_fiber::get_id(), fibers::fiber_id{}); });
    EXPECT_EQ(this_fiber::get_id(), fibers::fiber_id{});
    EXPECT_EQ(test::error_of([] { fibers::spawn([] {}).detach(); }),
              std::errc::operation_not_permitted);
}

TEST(PlainThread, NeedsNoDescriptorsAndNoThreadsToWait) {
    const std::size_t descriptors = test::open_descriptors();
    const std::size_t threads = test::threads();
    this_fiber::sleep_for(1ms);
    EXPECT_EQ(test::open_descriptors(), descriptors);
    EXPECT_EQ(test::threads(), threads);
}

} // namespace
