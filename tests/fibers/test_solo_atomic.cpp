#include <fibers/solo_atomic.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <thread>

namespace {

using fibers::solo_atomic;
using fibers::detail::single_threaded; // true at first, as each case has a process of its own

/// Every operation once, each of which returns or sees what was there before.
void exercise() {
    solo_atomic<std::uint32_t> word{1};
    EXPECT_EQ(word.exchange(2, std::memory_order_acq_rel), 1u);
    EXPECT_EQ(word.fetch_add(3, std::memory_order_relaxed), 2u);
    EXPECT_EQ(word.fetch_sub(1), 5u);
    EXPECT_EQ(word.fetch_or(3), 4u);
    EXPECT_EQ(word.fetch_and(5), 7u);
    EXPECT_EQ(word.load(), 5u);

    std::uint32_t expected = 4;
    EXPECT_FALSE(word.compare_exchange_strong(expected, 9, std::memory_order_acquire));
    EXPECT_EQ(expected, 5u);
    EXPECT_TRUE(word.compare_exchange_strong(expected, 9));
    EXPECT_EQ(word.load(), 9u);
    EXPECT_FALSE(word.compare_exchange_weak(expected, 1, std::memory_order_acq_rel,
                                            std::memory_order_relaxed));
    EXPECT_EQ(expected, 9u);
}

TEST(SoloAtomic, DoesAsStdAtomicInTheOnlyThread) {
    if (!single_threaded())
        GTEST_SKIP() << "there is another thread, or the C library does not tell";
    exercise();
}

TEST(SoloAtomic, DoesAsStdAtomicBesideAnotherThread) {
    std::atomic<bool> done = false;
    std::jthread other{[&] { done.wait(false); }};
    EXPECT_FALSE(single_threaded());
    exercise();
    done = true;
    done.notify_one();
}

TEST(SoloAtomic, WhatTheFirstThreadHasCountedAloneIsInTheSumOfAll) {
    constexpr std::uint64_t each = 20'000;
    solo_atomic<std::uint64_t> sum{0};
    const auto count = [&] {
        for (std::uint64_t i = 0; i < each; ++i)
            sum.fetch_add(1, std::memory_order_relaxed);
    };
    count();
    {
        std::array<std::jthread, 3> others;
        for (std::jthread& other : others)
            other = std::jthread{count};
        count();
    }
    EXPECT_EQ(sum.load(), 5 * each);
}

TEST(SoloAtomic, WrapsAroundInANarrowType) {
    solo_atomic<std::uint8_t> word{255};
    EXPECT_EQ(word.fetch_add(1), 255);
    EXPECT_EQ(word.fetch_sub(1), 0);
    EXPECT_EQ(word.load(), 255);
}

} // namespace
