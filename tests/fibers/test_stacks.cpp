#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/latch.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/thread.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/process.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <mutex>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kibibyte = 1024;
constexpr std::size_t mebibyte = 1024 * kibibyte;

/// Whether guards need no mappings of their own here: Linux 6.13.
bool kernel_has_guard_markers() {
    constexpr int madv_guard_install = 102;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* const memory =
        ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const bool has = ::madvise(memory, page, madv_guard_install) == 0;
    ::munmap(memory, page);
    return has;
}

/// Uses so much stack, and returns something that depends on all of it.
[[gnu::noinline]] std::size_t use_stack_below(const volatile char* top, std::size_t bytes) {
    volatile char frame[kibibyte];
    for (auto& byte : frame)
        byte = 1;
    const auto used = static_cast<std::size_t>(top - frame);
    return (used < bytes ? use_stack_below(top, bytes) : 0) + static_cast<std::size_t>(frame[0]);
}

std::size_t use_stack(std::size_t bytes) {
    const volatile char here = 0;
    return use_stack_below(&here, bytes);
}

TEST(Stacks, AreGivenOnlyToFibersThatRun) {
    constexpr int count = 100'000;
    fibers::run([] {
        const std::size_t memory_before = test::resident_bytes();
        const std::size_t mappings_before = test::mappings();
        std::vector<fibers::fiber<void>> all;
        all.reserve(count);
        for (int i = 0; i < count; ++i)
            all.push_back(fibers::spawn([] {}));
        const std::size_t each = (test::resident_bytes() - memory_before) / count;
        EXPECT_LT(each, test::under_sanitizer ? 2'048U : 512U);
        EXPECT_LT(test::mappings(), mappings_before + 50);
        for (auto& f : all)
            f.join();
    });
}

TEST(Stacks, AMillionFibersRunOnFewOfThem) {
    const int count = test::scaled(1'000'000);
    fibers::run([&] {
        const std::size_t mappings_before = test::mappings();
        long sum = 0;
        fibers::scope all;
        for (int i = 0; i < count; ++i)
            all.spawn([&] { ++sum; });
        all.join();
        EXPECT_EQ(sum, count);
        EXPECT_LT(test::mappings(), mappings_before + 100);
    });
}

TEST(Stacks, ManyParkedFibersNeedAPageEachAndFewMappings) {
    if (test::under_tsan)
        GTEST_SKIP() << "its memory for each stack is many times the stack's";
    const bool few = test::under_sanitizer || !kernel_has_guard_markers();
    const int count = few ? 2'000 : 100'000;
    const std::size_t mappings_each = kernel_has_guard_markers() ? 0 : 2;
    fibers::run([&] {
        const std::size_t memory_before = test::resident_bytes();
        const std::size_t mappings_before = test::mappings();
        fibers::mutex m;
        fibers::condition_variable cv;
        int parked = 0;
        bool go = false;
        fibers::scope all;
        for (int i = 0; i < count; ++i)
            all.spawn([&] {
                std::unique_lock lock{m};
                ++parked;
                cv.wait(lock, [&] { return go; });
                --parked;
            });
        ASSERT_TRUE(test::eventually([&] { return parked == count; }));
        const std::size_t each =
            (test::resident_bytes() - memory_before) / static_cast<std::size_t>(count);
        EXPECT_LT(each, test::under_sanitizer ? 100'000U : 5'000U);
        EXPECT_LT(test::mappings(),
                  mappings_before + 100 + mappings_each * static_cast<std::size_t>(count));
        go = true;
        cv.notify_all();
        all.join();
        EXPECT_EQ(parked, 0);
    });
}

TEST(Stacks, AreAsLargeAsTheOptionSays) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers make frames larger";
    for (const std::size_t size : {16 * kibibyte, 64 * kibibyte, 256 * kibibyte, 8 * mebibyte}) {
        fibers::runtime runtime{{.stack_size = size}};
        const std::size_t used = size - 4 * kibibyte; // the engine needs a little too
        EXPECT_GT(runtime.run([&] { return fibers::spawn(use_stack, used).join(); }), 0U);
    }
}

TEST(Stacks, OfTheSmallestSizeCarryFibers) {
    fibers::runtime{{.stack_size = (test::under_sanitizer ? 64 : 8) * kibibyte}}.run([] {
        std::vector<fibers::fiber<int>> all;
        for (int i = 0; i < 200; ++i)
            all.push_back(fibers::spawn([i] {
                fibers::this_fiber::sleep_for(1ms);
                return i;
            }));
        for (int i = 0; i < 200; ++i)
            EXPECT_EQ(all[static_cast<std::size_t>(i)].join(), i);
    });
}

TEST(Stacks, HaveRoomForWhatFibersDoByDefault) {
    fibers::run([] {
        std::vector<fibers::fiber<std::size_t>> all;
        for (int i = 0; i < 20; ++i)
            all.push_back(fibers::spawn([] {
                const std::size_t first = use_stack(100 * kibibyte);
                fibers::this_fiber::yield();
                return first + use_stack(100 * kibibyte);
            }));
        for (auto& f : all)
            EXPECT_GT(f.join(), 0U);
    });
}

TEST(Stacks, ThatLieIdleAreGivenBack) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers keep memory of their own";
    fibers::run([] {
        const std::size_t before = test::resident_bytes();
        {
            fibers::latch all_there{2'000};
            fibers::scope burst;
            for (int i = 0; i < 2'000; ++i)
                burst.spawn([&] {
                    use_stack(32 * kibibyte);
                    all_there.arrive_and_wait();
                });
        }
        const std::size_t high = test::resident_bytes() - before;
        EXPECT_GT(high, 32 * mebibyte);
        EXPECT_TRUE(test::eventually([&] {
            fibers::this_fiber::sleep_for(100ms);
            return test::resident_bytes() < before + high / 4;
        }));
        // And they serve again.
        fibers::scope again;
        for (int i = 0; i < 2'000; ++i)
            again.spawn([] {
                use_stack(32 * kibibyte);
                fibers::this_fiber::yield();
            });
    });
}

using StacksDeathTest = testing::Test;

void leave_little_address_space() {
    const rlimit little{512 * mebibyte, 512 * mebibyte};
    ::setrlimit(RLIMIT_AS, &little);
}

/// In a process of its own.
[[noreturn]] void run_out_of_address_space() {
    leave_little_address_space();
    int failed = 0;
    int ran = 0;
    fibers::runtime{{.stack_size = 16 * mebibyte}}.run([&] {
        bool go = false;
        std::vector<fibers::fiber<void>> all;
        for (int i = 0; i < 100; ++i)
            all.push_back(fibers::spawn([&] {
                ++ran;
                while (!go)
                    fibers::this_fiber::sleep_for(1ms);
            }));
        fibers::this_fiber::sleep_for(20ms);
        go = true;
        for (auto& f : all)
            if (test::error_of([&] { f.join(); }) == std::errc::not_enough_memory)
                ++failed;
    });
    ::_exit(failed > 0 && ran > 0 && failed + ran == 100 ? 0 : 1);
}

TEST(StacksDeathTest, FibersFailWhereThereIsNoAddressSpaceForAStack) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers need much address space";
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(run_out_of_address_space(), testing::ExitedWithCode(0), "");
}

TEST(StacksDeathTest, AThreadForWhichThereIsNoStackEndsTheProcess) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers need much address space";
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            leave_little_address_space();
            fibers::runtime{{.stack_size = 16 * mebibyte}}.run([] {
                std::vector<fibers::thread> all;
                for (int i = 0; i < 100; ++i)
                    all.emplace_back([] { fibers::this_fiber::sleep_for(20ms); });
                for (fibers::thread& each : all)
                    each.join();
            });
        },
        "no address space for another stack");
}

} // namespace
