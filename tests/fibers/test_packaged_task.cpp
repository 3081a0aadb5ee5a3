#include <fibers/sync/packaged_task.hpp>
#include <fibers/thread.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <memory>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::future_errc;
using fibers::future_status;

using PackagedTask = test::everywhere;
INSTANTIATE_TEST_SUITE_P(Everywhere, PackagedTask, test::every_place, test::name_of_place);

using int_task = fibers::packaged_task<int(int)>;
static_assert(!std::is_copy_constructible_v<int_task>);
static_assert(std::is_nothrow_move_constructible_v<int_task>);
static_assert(std::is_nothrow_move_assignable_v<int_task>);
static_assert(!std::is_convertible_v<int (*)(int), int_task>);
static_assert(std::is_same_v<decltype(fibers::packaged_task{+[](int&) noexcept { return 'c'; }}),
                             fibers::packaged_task<char(int&)>>);
static_assert(std::is_same_v<decltype(fibers::packaged_task{[](const int&) {}}),
                             fibers::packaged_task<void(const int&)>>);

TEST_P(PackagedTask, BringsTheResultOfItsCall) {
    run([] {
        int_task twice{[](int n) { return 2 * n; }};
        auto f = twice.get_future();
        fibers::thread t{std::move(twice), 21};
        EXPECT_EQ(f.get(), 42);
        EXPECT_FALSE(twice.valid());
        t.join();
    });
}

TEST_P(PackagedTask, BringsWhatTheCallThrows) {
    run([] {
        fibers::packaged_task<void()> fails{[] { throw std::runtime_error{"failed"}; }};
        auto f = fails.get_future();
        fails();
        EXPECT_EQ(test::message_of([&] { f.get(); }), "failed");
    });
}

TEST_P(PackagedTask, PassesArgumentsAsTheyAreDeclared) {
    run([] {
        fibers::packaged_task<int&(int&, std::unique_ptr<int>)> add{
            [](int& to, std::unique_ptr<int> n) -> int& { return to += *n; }};
        int sum = 1;
        add(sum, std::make_unique<int>(2));
        EXPECT_EQ(&add.get_future().get(), &sum);
        EXPECT_EQ(sum, 3);
        // What the function returns may be dropped.
        fibers::packaged_task<void(int&)>{[](int& n) -> int& { return ++n; }}(sum);
        EXPECT_EQ(sum, 4);
    });
}

TEST_P(PackagedTask, CallsAFunctionThatCannotBeCopiedAsAnLvalue) {
    struct function {
        int operator()() & { return ++*count; }
        int operator()() && = delete;
        std::unique_ptr<int> count = std::make_unique<int>(0);
    };
    run([] {
        fibers::packaged_task<int()> task{function{}};
        task();
        EXPECT_EQ(task.get_future().get(), 1);
        task.reset();
        task();
        EXPECT_EQ(task.get_future().get(), 2);
    });
}

TEST_P(PackagedTask, MisuseThrowsWhatStdThrows) {
    run([] {
        int_task none;
        EXPECT_FALSE(none.valid());
        const auto uses = {
            test::future_error_of([&] { none(1); }),
            test::future_error_of([&] { none.reset(); }),
            test::future_error_of([&] { none.make_ready_at_thread_exit(1); }),
            test::future_error_of([&] { (void)none.get_future(); }),
        };
        for (const std::error_code& code : uses)
            EXPECT_EQ(code, future_errc::no_state);

        int calls = 0;
        int_task once{[&](int n) { return calls += n; }};
        auto f = once.get_future();
        once(1);
        EXPECT_EQ(test::future_error_of([&] { once(1); }), future_errc::promise_already_satisfied);
        EXPECT_EQ(test::future_error_of([&] { once.make_ready_at_thread_exit(1); }),
                  future_errc::promise_already_satisfied);
        EXPECT_EQ(test::future_error_of([&] { (void)once.get_future(); }),
                  future_errc::future_already_retrieved);
        EXPECT_EQ(calls, 1);
    });
}

TEST_P(PackagedTask, IsBrokenWhenItGoesUncalled) {
    run([] {
        int_task a{[](int n) { return n; }};
        auto of_reset = a.get_future();
        a.reset();
        EXPECT_EQ(test::future_error_of([&] { of_reset.get(); }), future_errc::broken_promise);
        auto of_assigned = a.get_future();
        a = int_task{};
        EXPECT_EQ(test::future_error_of([&] { of_assigned.get(); }), future_errc::broken_promise);
    });
}

TEST_P(PackagedTask, MakeReadyAtThreadExitCallsNowAndIsReadyLater) {
    run([] {
        bool called = false;
        int_task task{[&](int n) {
            called = true;
            return n;
        }};
        auto f = task.get_future();
        fibers::thread t{[&] {
            task.make_ready_at_thread_exit(3);
            EXPECT_TRUE(called);
            EXPECT_TRUE(task.valid());
            EXPECT_EQ(f.wait_for(1ms), future_status::timeout);
        }};
        t.join();
        EXPECT_EQ(f.wait_for(0s), future_status::ready);
        EXPECT_EQ(f.get(), 3);
    });
}

} // namespace
