#include <fibers/detail/stack_arena.hpp>

#include <tests/fibers/process.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <unistd.h>

#include <csignal>
#include <cstddef>
#include <cstring>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace {

using fibers::detail::fiber_record;
using fibers::detail::stack;
using fibers::detail::stack_arena;

constexpr std::size_t size = 64 * 1024;

TEST(StackArena, GivesStacksOfTheSizeThatWasAsked) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    EXPECT_EQ(stack_arena(size, 1).stack_size(), size);
    EXPECT_EQ(stack_arena(size + 1, 1).stack_size(), size + page);
    EXPECT_GE(stack_arena(size, 1).guard_size(), page);

    stack_arena arena{size, 1};
    for (int i = 0; i < 100; ++i) {
        stack& s = *arena.acquire();
        const auto usable = static_cast<std::size_t>(s.top() - arena.limit_of(s));
        EXPECT_LE(usable, size);
        EXPECT_GE(usable, size - page);            // the head, and the stagger of the tops
        std::memset(arena.limit_of(s), 1, usable); // all of it may be used
    }
}

TEST(StackArena, GivesEachStackToOneAtATime) {
    stack_arena arena{size, 1};
    std::set<stack*> out;
    for (int i = 0; i < 1'000; ++i) {
        stack* const s = arena.acquire();
        ASSERT_NE(s, nullptr);
        EXPECT_TRUE(out.insert(s).second);
        if (i % 3 == 0) {
            arena.release(**out.begin());
            out.erase(out.begin());
        }
    }
}

TEST(StackArena, ReusesTheStackThatWasReleasedLast) {
    stack_arena arena{size, 1};
    stack* const a = arena.acquire();
    stack* const b = arena.acquire();
    arena.release(*a);
    arena.release(*b);
    EXPECT_EQ(arena.acquire(), b);
    EXPECT_EQ(arena.acquire(), a);
}

TEST(StackArena, NeedsFewMappings) {
    stack_arena arena{size, 1};
    if (!arena.acquire())
        FAIL() << "no stack";
    const std::size_t before = test::mappings();
    for (int i = 0; i < 10'000; ++i)
        ASSERT_NE(arena.acquire(), nullptr);
    // Up to two for each guard of the budget where the kernel has no guard markers.
    EXPECT_LT(test::mappings(), before + 2 * stack_arena::mprotect_budget + 100);
}

TEST(StackArena, GivesBackItsAddressSpace) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers map as they like";
    const std::size_t before = test::mappings();
    {
        stack_arena arena{size, 1};
        for (int i = 0; i < 1'000; ++i)
            arena.acquire();
        EXPECT_GT(test::mappings(), before);
    }
    EXPECT_LE(test::mappings(), before + 1);
}

TEST(StackArena, KnowsWhoHasItsStacks) {
    stack_arena arena{size, 1};
    std::vector<stack*> stacks;
    for (int i = 0; i < 100; ++i)
        stacks.push_back(arena.acquire());
    auto* const somebody = reinterpret_cast<fiber_record*>(stacks.data()); // never looked at
    for (std::size_t i = 0; i < 100; i += 2)
        stacks[i]->occupant = somebody;
    const auto occupied = [&] {
        int count = 0;
        arena.for_each_occupant([&](fiber_record& f) {
            EXPECT_EQ(&f, somebody);
            ++count;
        });
        return count;
    };
    EXPECT_EQ(occupied(), 50);
    for (stack* s : stacks)
        arena.release(*s);
    EXPECT_EQ(occupied(), 0);
}

TEST(StackArena, TrimGivesBackBitByBitWhatHasLainIdle) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers keep memory of their own";
    constexpr std::size_t count = 1'000;
    stack_arena arena{size, 1};
    std::vector<stack*> stacks;
    for (std::size_t i = 0; i < count; ++i) {
        stack& s = *stacks.emplace_back(arena.acquire());
        std::memset(arena.limit_of(s), 1, static_cast<std::size_t>(s.top() - arena.limit_of(s)));
        s.idle_at = &s;
    }
    for (stack* s : stacks)
        arena.release(*s);
    EXPECT_TRUE(arena.trimmable());
    const std::size_t full = test::resident_bytes();
    EXPECT_FALSE(arena.trim()); // all were in use a moment ago
    EXPECT_GT(test::resident_bytes(), full - count * size / 4);
    EXPECT_TRUE(arena.trim()); // a part
    EXPECT_TRUE(arena.trimmable());
    while (arena.trim()) {
    }
    EXPECT_LT(test::resident_bytes(), full - count * size / 2);
    EXPECT_FALSE(arena.trimmable()); // the hottest stay

    // A trimmed stack is as good as new.
    for (std::size_t i = 0; i < count; ++i) {
        stack& s = *arena.acquire();
        EXPECT_TRUE(s.idle_at == nullptr || s.idle_at == &s);
        EXPECT_EQ(s.occupant, nullptr);
        std::memset(arena.limit_of(s), 2, 100);
    }
}

TEST(StackArenaDeathTest, HasAGuardBelowEachStack) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers handle SIGSEGV themselves";
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const auto write_below = [](std::size_t distance) {
        stack_arena arena{size, 1};
        for (int i = 0; i < 70; ++i)
            arena.acquire();
        stack& s = *arena.acquire();
        *static_cast<volatile std::byte*>(arena.limit_of(s) - distance) = std::byte{1};
    };
    EXPECT_EXIT(write_below(1), testing::KilledBySignal(SIGSEGV), "");
    EXPECT_EXIT(write_below(stack_arena(size, 1).guard_size()), testing::KilledBySignal(SIGSEGV),
                "");
}

} // namespace
