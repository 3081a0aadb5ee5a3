#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>

#include <fibers/format.hpp>
#include <fibers/this_thread.hpp>
#include <fibers/thread.hpp>
#include <fibers/timeout.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

using Thread = test::everywhere;

static_assert(!std::is_copy_constructible_v<fibers::thread>);
static_assert(std::is_nothrow_move_constructible_v<fibers::thread>);
static_assert(std::is_trivially_copyable_v<fibers::thread::id>);
static_assert(!std::is_convertible_v<void (*)(), fibers::thread>);

/// Counts what happens to a value on its way into a thread.
struct counted {
    counted() = default;
    counted(const counted& other) : copies(other.copies + 1), moves(other.moves) {}
    counted(counted&& other) noexcept : copies(other.copies), moves(other.moves + 1) {}

    int copies = 0;
    int moves = 0;
};

TEST_P(Thread, CallsItsFunctionBesideTheCaller) {
    run([] {
        int called = 0;
        fibers::thread t{[&](int by) { called += by; }, 7};
        EXPECT_TRUE(t.joinable());
        t.join();
        EXPECT_FALSE(t.joinable());
        EXPECT_EQ(called, 7);
    });
}

TEST_P(Thread, ManyRunAtOnce) {
    run([] {
        std::atomic<int> inside = 0, most = 0;
        std::atomic<bool> go = false;
        std::vector<fibers::thread> all;
        for (int i = 0; i < 100; ++i)
            all.emplace_back([&] {
                if (++inside == 100)
                    go = true;
                while (!go)
                    fibers::this_thread::sleep_for(1ms);
                ++most;
            });
        for (fibers::thread& t : all)
            t.join();
        EXPECT_EQ(most, 100);
    });
}

TEST_P(Thread, CopiesAnLvalueOnceAndMovesAnRvalueOnce) {
    run([] {
        counted lvalue;
        fibers::thread{[](const counted& a, const counted& b) {
                           EXPECT_EQ(a.copies, 1);
                           EXPECT_EQ(a.moves, 0);
                           EXPECT_EQ(b.copies, 0);
                           EXPECT_EQ(b.moves, 1);
                       },
                       lvalue, counted{}}
            .join();
    });
}

TEST_P(Thread, TakesMoveOnlyArgumentsAndReferenceWrappers) {
    run([] {
        int sum = 0;
        fibers::thread{[](std::unique_ptr<int> n, int& into) { into += *n; },
                       std::make_unique<int>(5), std::ref(sum)}
            .join();
        EXPECT_EQ(sum, 5);
    });
}

TEST_P(Thread, CallsMemberFunctions) {
    run([] {
        struct account {
            void deposit(int n) { balance += n; }
            int balance = 0;
        } mine;
        fibers::thread{&account::deposit, &mine, 3}.join();
        EXPECT_EQ(mine.balance, 3);
    });
}

TEST_P(Thread, ItsArgumentsAreGoneWhenItIsJoined) {
    run([] {
        auto held = std::make_shared<int>(1);
        fibers::thread{[](const std::shared_ptr<int>& p) { EXPECT_EQ(p.use_count(), 2); }, held}
            .join();
        EXPECT_EQ(held.use_count(), 1);
    });
}

TEST_P(Thread, IdIsThatOfThisThreadWithin) {
    run([] {
        fibers::thread::id inside;
        fibers::thread t{[&] { inside = fibers::this_thread::get_id(); }};
        const auto outside = t.get_id();
        t.join();
        EXPECT_EQ(inside, outside);
        EXPECT_NE(inside, fibers::thread::id{});
        EXPECT_NE(inside, fibers::this_thread::get_id());
        EXPECT_EQ(t.get_id(), fibers::thread::id{});
    });
}

TEST_P(Thread, IdsOrderHashPrintAndFormat) {
    run([] {
        const auto mine = fibers::this_thread::get_id();
        EXPECT_NE(mine, fibers::thread::id{});
        EXPECT_EQ(mine, fibers::this_thread::get_id());
        EXPECT_EQ((std::set{mine, fibers::thread::id{}, mine}.size()), 2U);
        EXPECT_EQ((std::unordered_set{mine, fibers::thread::id{}, mine}.size()), 2U);
        std::ostringstream narrow;
        std::wostringstream wide;
        narrow << mine;
        wide << mine;
        EXPECT_EQ(narrow.str().size(), wide.str().size());
        EXPECT_EQ(fmt::format("{}", mine), narrow.str());
        EXPECT_EQ(fmt::format("{:>10}", fibers::thread::id{}), "  no fiber");
    });
}

TEST_P(Thread, DetachedGoesOnAlone) {
    run([] {
        std::atomic<bool> done = false;
        fibers::thread t{[&] {
            fibers::this_thread::sleep_for(5ms);
            done = true;
        }};
        t.detach();
        EXPECT_FALSE(t.joinable());
        EXPECT_TRUE(test::eventually([&] { return done.load(); }));
    });
}

TEST_P(Thread, MovesAndSwaps) {
    run([] {
        std::atomic<int> done = 0;
        fibers::thread a{[&] { ++done; }}, b;
        const auto id = a.get_id();
        b = std::move(a);
        EXPECT_FALSE(a.joinable());
        swap(a, b);
        EXPECT_EQ(a.get_id(), id);
        fibers::thread c{std::move(a)};
        c.join();
        EXPECT_EQ(done, 1);
    });
}

TEST_P(Thread, MisuseThrowsWhatStdThreadThrows) {
    run([] {
        fibers::thread none;
        EXPECT_EQ(test::error_of([&] { none.join(); }), std::errc::invalid_argument);
        EXPECT_EQ(test::error_of([&] { none.detach(); }), std::errc::invalid_argument);
        std::atomic<fibers::thread*> itself = nullptr;
        fibers::thread t{[&] {
            EXPECT_TRUE(test::eventually([&] { return itself.load() != nullptr; }));
            EXPECT_EQ(test::error_of([&] { itself.load()->join(); }),
                      std::errc::resource_deadlock_would_occur);
        }};
        itself = &t;
        while (t.joinable())
            t.join();
    });
}

TEST_P(Thread, JoinTimesOutAndCanBeRepeated) {
    run([] {
        std::atomic<bool> go = false;
        fibers::thread t{[&] { EXPECT_TRUE(test::eventually([&] { return go.load(); })); }};
        {
            fibers::timeout_scope limit{1ms};
            EXPECT_EQ(test::error_of([&] { t.join(); }), std::errc::timed_out);
        }
        EXPECT_TRUE(t.joinable());
        go = true;
        t.join();
    });
}

TEST_P(Thread, StartsThreadsInThreads) {
    run([] {
        std::atomic<int> leaves = 0;
        std::function<void(int)> grow = [&](int depth) {
            if (depth == 0) {
                ++leaves;
                return;
            }
            fibers::thread left{grow, depth - 1}, right{grow, depth - 1};
            left.join();
            right.join();
        };
        grow(5);
        EXPECT_EQ(leaves, 32);
    });
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Thread, test::every_place, test::name_of_place);

TEST(ThreadAtTheEnd, RunStopsDetachedThreadsWhichMayLetTheStopOut) {
    bool unwound = false;
    fibers::run([&] {
        struct note {
            ~note() { seen = true; }
            bool& seen;
        };
        fibers::thread{[&] {
            note at_end{unwound};
            fibers::this_thread::sleep_for(1h);
        }}.detach();
        fibers::this_thread::sleep_for(1ms);
    });
    EXPECT_TRUE(unwound);
}

TEST(ThreadDeathTest, DestroyingAJoinableThreadTerminates) {
    EXPECT_DEATH(fibers::run([] { fibers::thread t{[] {}}; }), "");
}

TEST(ThreadDeathTest, AssigningToAJoinableThreadTerminates) {
    EXPECT_DEATH(fibers::run([] {
                     fibers::thread t{[] {}};
                     t = fibers::thread{};
                 }),
                 "");
}

TEST(ThreadDeathTest, AnExceptionThatLeavesTheFunctionTerminates) {
    EXPECT_DEATH(
        fibers::run([] { fibers::thread{[] { throw std::runtime_error{"lost"}; }}.join(); }),
        "lost");
    EXPECT_DEATH(fibers::thread{[] { throw std::runtime_error{"lost"}; }}.join(), "lost");
}

TEST(ThreadHardware, HasProcessors) {
    EXPECT_GT(fibers::thread::hardware_concurrency(), 0U);
}

} // namespace
