#include <fibers/detail/record_pool.hpp>

#include <tests/fibers/process.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using fibers::detail::record_pool;

constexpr std::size_t some_size = 200;

TEST(RecordPool, GivesMemoryOfAnySizeToOneAtATime) {
    record_pool pool;
    std::vector<std::pair<unsigned char*, std::size_t>> out;
    for (std::size_t size : {1U, 15U, 16U, 17U, 128U, 200U, 511U, 512U, 513U, 4'000U})
        for (int i = 0; i < 20; ++i) {
            auto* const memory = static_cast<unsigned char*>(pool.allocate(size));
            EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignof(std::max_align_t), 0U);
            std::memset(memory, static_cast<int>(out.size()), size);
            out.emplace_back(memory, size);
        }
    for (std::size_t i = 0; i < out.size(); ++i) {
        const auto& [memory, size] = out[i];
        EXPECT_EQ(memory[0], static_cast<unsigned char>(i));
        EXPECT_EQ(memory[size - 1], static_cast<unsigned char>(i));
        pool.deallocate(memory, size);
    }
}

TEST(RecordPool, ReusesWhatWasFreedLast) {
    if (test::under_asan)
        GTEST_SKIP() << "off, so that AddressSanitizer sees each use after free";
    record_pool pool;
    void* const a = pool.allocate(some_size);
    void* const b = pool.allocate(some_size);
    pool.deallocate(a, some_size);
    pool.deallocate(b, some_size);
    EXPECT_EQ(pool.allocate(some_size), b);
    EXPECT_EQ(pool.allocate(some_size), a);
    pool.deallocate(a, some_size);
    pool.deallocate(b, some_size);
}

TEST(RecordPool, TrimsBitByBitWhatHasLainIdle) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers keep memory of their own";
    record_pool pool;
    EXPECT_FALSE(pool.trimmable());
    const std::size_t before = test::resident_bytes();
    std::vector<void*> out;
    for (int i = 0; i < 100'000; ++i)
        std::memset(out.emplace_back(pool.allocate(some_size)), 1, some_size);
    const std::size_t full = test::resident_bytes() - before;
    EXPECT_GT(full, 100'000 * some_size / 2);
    for (void* memory : out)
        pool.deallocate(memory, some_size);
    EXPECT_TRUE(pool.trimmable());
    EXPECT_FALSE(pool.trim()); // all were in use a moment ago
    while (pool.trim()) {
    }
    EXPECT_FALSE(pool.trimmable());
    EXPECT_LT(test::resident_bytes() - before, full / 4);
    pool.deallocate(pool.allocate(some_size), some_size); // and it goes on
}

TEST(RecordPool, TakesMemoryOfOthers) {
    record_pool here;
    record_pool there;
    here.deallocate(there.allocate(some_size), some_size);
    here.deallocate(record_pool::allocate_outside(some_size), some_size);
    record_pool::deallocate_outside(here.allocate(some_size), some_size);
    record_pool::deallocate_outside(record_pool::allocate_outside(some_size), some_size);
    there.deallocate(here.allocate(some_size), some_size);
}

TEST(RecordPool, IsOutlivedByItsMemory) {
    std::optional<record_pool> pool{std::in_place};
    std::vector<unsigned char*> out;
    for (int i = 0; i < 50'000; ++i)
        out.push_back(static_cast<unsigned char*>(pool->allocate(some_size)));
    pool.reset();
    for (unsigned char* memory : out)
        std::memset(memory, 7, some_size);
    record_pool other;
    for (std::size_t i = 0; i < out.size(); ++i)
        if (i % 2 == 0)
            other.deallocate(out[i], some_size);
        else
            record_pool::deallocate_outside(out[i], some_size);
}

TEST(RecordPool, LeavesNoMappingsBehind) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers map as they like";
    const std::size_t before = test::resident_bytes();
    for (int round = 0; round < 20; ++round) {
        record_pool pool;
        std::vector<void*> out;
        for (int i = 0; i < 20'000; ++i)
            std::memset(out.emplace_back(pool.allocate(some_size)), 1, some_size);
        for (void* memory : out)
            pool.deallocate(memory, some_size);
    }
    EXPECT_LT(test::resident_bytes(), before + 8 * 1024 * 1024);
}

TEST(RecordPool, OfAThreadOutsideLivesAsLongAsItsMemory) {
    std::vector<void*> out;
    std::thread{[&] {
        for (int i = 0; i < 1'000; ++i)
            std::memset(out.emplace_back(record_pool::allocate_outside(some_size)), 1, some_size);
    }}.join();
    for (void* memory : out) {
        EXPECT_EQ(*static_cast<unsigned char*>(memory), 1);
        record_pool::deallocate_outside(memory, some_size);
    }
}

} // namespace
