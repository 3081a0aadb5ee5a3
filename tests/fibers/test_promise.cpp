#include <fibers/fiber_local.hpp>
#include <fibers/sync/promise.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/thread.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <atomic>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::future_errc;
using fibers::future_status;

using Promise = test::everywhere;
INSTANTIATE_TEST_SUITE_P(Everywhere, Promise, test::every_place, test::name_of_place);

static_assert(!std::is_copy_constructible_v<fibers::promise<int>>);
static_assert(!std::is_copy_assignable_v<fibers::promise<int>>);
static_assert(std::is_nothrow_move_constructible_v<fibers::promise<int&>>);
static_assert(std::is_nothrow_move_assignable_v<fibers::promise<void>>);
static_assert(std::uses_allocator_v<fibers::promise<int>, std::allocator<char>>);
static_assert(std::uses_allocator_v<fibers::promise<void>, std::allocator<char>>);

/// Counts what it has given and not got back.
template <class T>
struct counting_allocator {
    using value_type = T;

    explicit counting_allocator(int* counter) : live(counter) {}
    template <class U>
    counting_allocator(const counting_allocator<U>& other) : live(other.live) {}

    T* allocate(std::size_t n) {
        ++*live;
        return std::allocator<T>{}.allocate(n);
    }
    void deallocate(T* memory, std::size_t n) {
        --*live;
        std::allocator<T>{}.deallocate(memory, n);
    }
    bool operator==(const counting_allocator&) const = default;

    int* live;
};

TEST_P(Promise, BringsAValueToAnother) {
    run([this] {
        fibers::promise<std::string> p;
        auto f = p.get_future();
        auto getter = start([&] { EXPECT_EQ(f.get(), "here"); });
        settle();
        p.set_value("here");
        getter.join();
        EXPECT_FALSE(f.valid());
    });
}

TEST_P(Promise, BringsReferencesAndNothingAndMoveOnlyValues) {
    run([] {
        int n = 0;
        fibers::promise<int&> reference;
        reference.set_value(n);
        EXPECT_EQ(&reference.get_future().get(), &n);

        fibers::promise<void> nothing;
        auto f = nothing.get_future();
        nothing.set_value();
        f.get();
        EXPECT_FALSE(f.valid());

        fibers::promise<std::unique_ptr<int>> unique;
        unique.set_value(std::make_unique<int>(4));
        EXPECT_EQ(*unique.get_future().get(), 4);
    });
}

TEST_P(Promise, BringsAnException) {
    run([this] {
        fibers::promise<int> p;
        auto f = p.get_future();
        auto getter = start([&] { EXPECT_EQ(test::message_of([&] { f.get(); }), "no"); });
        p.set_exception(std::make_exception_ptr(std::runtime_error{"no"}));
        getter.join();
        EXPECT_FALSE(f.valid());
    });
}

TEST_P(Promise, ItsDestructionBreaksIt) {
    run([this] {
        fibers::promise<int> p;
        auto f = p.get_future();
        auto getter = start([&] {
            EXPECT_EQ(test::future_error_of([&] { f.get(); }), future_errc::broken_promise);
        });
        settle();
        p = {};
        getter.join();
        fibers::promise<int> kept;
        auto of_kept = kept.get_future();
        fibers::promise<int>{std::move(kept)}.set_value(1);
        EXPECT_EQ(of_kept.get(), 1);
    });
}

TEST_P(Promise, MisuseThrowsWhatStdPromiseThrows) {
    run([] {
        fibers::promise<int> p;
        auto f = p.get_future();
        EXPECT_EQ(test::future_error_of([&] { (void)p.get_future(); }),
                  future_errc::future_already_retrieved);
        p.set_value(1);
        const auto again = {test::future_error_of([&] { p.set_value(2); }),
                            test::future_error_of([&] { p.set_exception(nullptr); }),
                            test::future_error_of([&] { p.set_value_at_thread_exit(2); }),
                            test::future_error_of([&] { p.set_exception_at_thread_exit({}); })};
        for (const std::error_code& code : again)
            EXPECT_EQ(code, future_errc::promise_already_satisfied);
        EXPECT_EQ(f.get(), 1);

        fibers::promise<int> other{std::move(p)};
        EXPECT_EQ(test::future_error_of([&] { p.set_value(2); }), future_errc::no_state);
        EXPECT_EQ(test::future_error_of([&] { (void)p.get_future(); }), future_errc::no_state);
        swap(p, other);
        EXPECT_EQ(test::future_error_of([&] { other.set_value(2); }), future_errc::no_state);
    });
}

TEST_P(Promise, CanBeSetAgainWhenCopyingTheValueHasFailed) {
    struct fussy {
        explicit fussy(bool is_good) : good(is_good) {}
        fussy(const fussy& other) : good(other.good) {
            if (!good)
                throw std::runtime_error{"not this one"};
        }
        bool good;
    };
    run([] {
        fibers::promise<fussy> p;
        auto f = p.get_future();
        const fussy bad{false};
        EXPECT_EQ(test::message_of([&] { p.set_value(bad); }), "not this one");
        EXPECT_EQ(test::message_of([&] { p.set_value_at_thread_exit(bad); }), "not this one");
        EXPECT_EQ(f.wait_for(0s), future_status::timeout);
        p.set_value(fussy{true});
        EXPECT_TRUE(f.get().good);
    });
}

TEST_P(Promise, OneOfManyWhoSetItAtOnceSucceeds) {
    run([this] {
        for (int i = 0; i < 50; ++i) {
            fibers::promise<int> p;
            auto f = p.get_future();
            std::atomic<int> succeeded = 0, winner = 0;
            std::vector<test::task> tasks;
            for (int t = 1; t <= 4; ++t)
                tasks.push_back(start([&, t] {
                    const std::error_code error = test::future_error_of([&] { p.set_value(t); });
                    if (!error) {
                        ++succeeded;
                        winner = t;
                    } else {
                        EXPECT_EQ(error, future_errc::promise_already_satisfied);
                    }
                }));
            const int got = f.get();
            for (test::task& t : tasks)
                t.join();
            EXPECT_EQ(succeeded, 1);
            EXPECT_EQ(got, winner);
        }
    });
}

TEST_P(Promise, MayBeDestroyedOnceTheFutureIsReady) {
    run([this] {
        for (int i = 0; i < 200; ++i) {
            auto p = std::make_unique<fibers::promise<int>>();
            auto f = p->get_future();
            auto setter = start([to_set = p.get()] { to_set->set_value(1); });
            if (i % 2 == 0)
                while (f.wait_for(0s) != future_status::ready) {
                }
            EXPECT_EQ(f.get(), 1);
            p.reset();
            setter.join();
        }
    });
}

TEST_P(Promise, TakesAllItsMemoryFromItsAllocator) {
    run([] {
        int live = 0;
        {
            fibers::promise<int> p{std::allocator_arg, counting_allocator<char>{&live}};
            EXPECT_EQ(live, 1);
            auto f = p.get_future();
            p.set_value(1);
            EXPECT_EQ(f.get(), 1);
        }
        EXPECT_EQ(live, 0);
    });
}

TEST_P(Promise, AtThreadExitTheFutureIsReadyWhenTheThreadHasEnded) {
    run([] {
        struct last {
            ~last() { EXPECT_EQ(watched->wait_for(0s), future_status::timeout); }
            fibers::future<std::string>* watched = nullptr;
        };
        const fibers::fiber_local<last> at_end;
        fibers::promise<std::string> value;
        fibers::promise<int> failure;
        auto f = value.get_future();
        auto g = failure.get_future();
        fibers::thread t{[&] {
            at_end->watched = &f;
            value.set_value_at_thread_exit("late");
            failure.set_exception_at_thread_exit(std::make_exception_ptr(1));
            EXPECT_EQ(test::future_error_of([&] { value.set_value("later"); }),
                      future_errc::promise_already_satisfied);
            value = {}; // is not broken by this
            EXPECT_EQ(f.wait_for(1ms), future_status::timeout);
            EXPECT_EQ(g.wait_for(0s), future_status::timeout);
        }};
        EXPECT_EQ(f.get(), "late");
        EXPECT_THROW(g.get(), int);
        t.join();
    });
}

} // namespace
