// A runtime leaves nothing behind: threads, descriptors, mappings, memory are back where they were.

#include <fibers/join.hpp>
#include <fibers/readiness.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/process.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class Leaks : public test::with_workers {
  protected:
    /// A life with everything in it: values, exceptions, stops, timeouts, detached ones, descriptors.
    void live() {
        auto held = std::make_shared<int>(0);
        run([&] {
            const test::descriptor_pair pipe = test::nonblocking_pipe();
            fibers::readiness readable{pipe.reader.handle()};
            fibers::scope children;
            for (int i = 0; i < 50; ++i)
                children.spawn([&, held] {
                    fibers::timeout_scope limit{1ms};
                    while (!readable.wait(fibers::direction::read)) {
                    }
                });
            for (int i = 0; i < 50; ++i) {
                fibers::spawn({.name = "a name that needs memory of its own"}, [held] {
                    test::error_of([] { fibers::this_fiber::sleep_for(1h); });
                    return held;
                }).detach();
                EXPECT_THROW(fibers::spawn([held] { throw std::runtime_error("thrown"); }).join(),
                             std::runtime_error);
                {
                    auto dropped = fibers::spawn([held] { fibers::this_fiber::sleep_for(1h); });
                }
                fibers::join_all([held] { return held; }, [held] {});
            }
            children.join();
        });
        EXPECT_EQ(held.use_count(), 1);
    }
};
INSTANTIATE_TEST_SUITE_P(Workers, Leaks, test::worker_counts, testing::PrintToStringParamName());

TEST_P(Leaks, NoThreadsAndNoDescriptors) {
    const std::size_t threads = test::threads_at_rest();
    const std::size_t descriptors = test::open_descriptors();
    for (int i = 0; i < 5; ++i)
        live();
    // A joined thread is in the list for a moment still.
    EXPECT_TRUE(test::eventually([&] { return test::threads() == threads; }));
    EXPECT_EQ(test::open_descriptors(), descriptors);
}

TEST_P(Leaks, NoMappings) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers map as they like";
    for (int i = 0; i < 3; ++i)
        live(); // malloc's arenas for threads come once
    const std::size_t before = test::mappings();
    for (int i = 0; i < 20; ++i)
        live();
    // An arena more or less is malloc's affair; twenty runs would leave more.
    EXPECT_LE(test::mappings(), before + 6);
}

TEST_P(Leaks, NoMemory) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers keep freed memory; ASan looks for leaks itself";
    for (int i = 0; i < 10; ++i)
        live();
    const std::size_t before = test::resident_bytes();
    for (int i = 0; i < 100; ++i)
        live();
    EXPECT_LT(test::resident_bytes(), before + 4 * 1024 * 1024);
}

TEST_P(Leaks, NoMemoryForEachFiber) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers keep freed memory";
    run([] {
        const auto spawn_some = [] {
            for (int i = 0; i < 100'000; ++i)
                fibers::spawn([] {}).join();
        };
        spawn_some();
        const std::size_t before = test::resident_bytes();
        spawn_some();
        EXPECT_LT(test::resident_bytes(), before + 1024 * 1024);
    });
}

TEST_P(Leaks, NoDescriptorOfAReadinessThatOutlivesTheRuntime) {
    const test::descriptor_pair pipe = test::nonblocking_pipe();
    const std::size_t before = test::open_descriptors();
    {
        fibers::readiness readable{pipe.reader.handle()};
        run([&] {
            fibers::timeout_scope limit{1ms};
            while (!readable.wait(fibers::direction::read)) {
            }
        });
    }
    EXPECT_EQ(test::open_descriptors(), before);
}

TEST_P(Leaks, NothingOfRuntimesThatNeverRan) {
    const std::size_t threads = test::threads_at_rest();
    const std::size_t descriptors = test::open_descriptors();
    auto held = std::make_shared<int>(0);
    for (int i = 0; i < 20; ++i) {
        fibers::fiber<void> outlives;
        fibers::runtime runtime{{.workers = GetParam()}};
        outlives = runtime.spawn([held] {});
    }
    EXPECT_EQ(held.use_count(), 1);
    // A joined thread is in the list for a moment still.
    EXPECT_TRUE(test::eventually([&] { return test::threads() == threads; }));
    EXPECT_EQ(test::open_descriptors(), descriptors);
}

} // namespace
