#include <fibers/runtime.hpp>
#include <fibers/shared_stack.hpp>
#include <fibers/sync/latch.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/process.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <cerrno>
#include <cstddef>
#include <exception>
#include <memory>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

namespace {

class SharedStack : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, SharedStack, test::every_place, test::name_of_place);

/// Touches so many KiB of stack.
[[gnu::noinline]] std::size_t use_stack(std::size_t kibibytes) {
    volatile char frame[1024];
    for (auto& byte : frame)
        byte = 1;
    return (kibibytes > 1 ? use_stack(kibibytes - 1) : 0) + static_cast<std::size_t>(frame[0]);
}

/// In a fiber beside the main one, which has the thread's own stack.
template <class Body>
void in_fiber(Body body) {
    fibers::run([&] { fibers::spawn(body).join(); });
}

TEST_P(SharedStack, ReturnsWhatTheFunctionReturns) {
    run([&] {
        start([] {
            int n = 3;
            EXPECT_EQ(fibers::on_shared_stack([&] { return n + 1; }), 4);
            EXPECT_EQ(&fibers::on_shared_stack([&]() -> int& { return n; }), &n);
            EXPECT_EQ(*fibers::on_shared_stack([] { return std::make_unique<int>(5); }), 5);
            fibers::on_shared_stack([&] { n = 6; });
            EXPECT_EQ(n, 6);
        }).join();
    });
}

TEST_P(SharedStack, ThrowsWhatTheFunctionThrowsAlsoWhileAnExceptionIsHandled) {
    run([&] {
        start([] {
            const auto fail = [] {
                fibers::on_shared_stack([]() -> int { throw std::runtime_error{"inside"}; });
            };
            try {
                throw std::runtime_error{"outside"};
            } catch (const std::runtime_error& outside) {
                EXPECT_EQ(test::message_of(fail), "inside");
                EXPECT_EQ(test::message_of(fail), "inside") << "the stack is as good as before";
                EXPECT_EQ(test::message_of([] { throw; }), "outside");
            }
        }).join();
    });
}

TEST_P(SharedStack, CallsWithinACallAreJustCalls) {
    run([&] {
        start([] {
            const int deep = fibers::on_shared_stack([] {
                return 1 + fibers::on_shared_stack([] { return use_stack(64) == 64 ? 1 : 0; });
            });
            EXPECT_EQ(deep, 2);
        }).join();
    });
}

TEST_P(SharedStack, BelongsToOneFiberAfterTheOther) {
    run([&] {
        constexpr int fibers = 50, rounds = 20;
        std::vector<test::task> all;
        for (int i = 0; i != fibers; ++i)
            all.push_back(start([i] {
                for (int n = 0; n != rounds; ++n) {
                    errno = i;
                    const auto id = fibers::this_fiber::get_id();
                    EXPECT_EQ(fibers::on_shared_stack([] { return use_stack(32); }), 32u);
                    EXPECT_EQ(fibers::on_shared_stack([] { return fibers::this_fiber::get_id(); }),
                              id);
                    EXPECT_EQ(errno, i);
                    fibers::this_fiber::yield();
                }
            }));
        for (auto& task : all)
            task.join();
    });
}

constexpr std::size_t deep = 64;

TEST(SharedStackOfAWorker, LeavesTheFibersStackUntouched) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers have memory of their own for stacks";
    constexpr int count = 500;
    fibers::run([&] {
        const auto growth_by = [&](auto use) {
            const std::size_t before = test::resident_bytes();
            fibers::latch all_are_here{count + 1}; // so that each needs a stack of its own
            std::vector<fibers::fiber<void>> all;
            for (int i = 0; i != count; ++i)
                all.push_back(fibers::spawn([&] {
                    EXPECT_EQ(use(), deep);
                    all_are_here.arrive_and_wait();
                }));
            all_are_here.arrive_and_wait();
            const std::size_t after = test::resident_bytes();
            for (auto& f : all)
                f.join();
            return (after - before) / count;
        };
        const auto use_deep_stack = [] { return use_stack(deep); };
        const std::size_t shared =
            growth_by([&] { return fibers::on_shared_stack(use_deep_stack); });
        const std::size_t own = growth_by(use_deep_stack);
        EXPECT_LT(shared, 16u * 1024);
        EXPECT_GT(own, (deep - 16) * 1024);
    });
}

TEST(SharedStackOfAWorker, IsNotToBeSuspendedOn) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(in_fiber([] { fibers::on_shared_stack(fibers::this_fiber::yield); }),
                 "must not suspend");
}

} // namespace
