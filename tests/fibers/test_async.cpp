#include <fibers/async.hpp>
#include <fibers/fiber_local.hpp>
#include <fibers/runtime.hpp>
#include <fibers/this_thread.hpp>
#include <fibers/thread.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::future_status;
using fibers::launch;

using Async = test::everywhere;
INSTANTIATE_TEST_SUITE_P(Everywhere, Async, test::every_place, test::name_of_place);

/// Sets a flag when its time ends.
struct note {
    ~note() { ended = true; }
    std::atomic<bool>& ended;
};

TEST_P(Async, BringsTheResultOfACallBesideTheCaller) {
    run([] {
        std::atomic<bool> go = false;
        auto f = fibers::async(
            launch::async,
            [&](std::unique_ptr<int> n) {
                while (!go)
                    fibers::this_thread::sleep_for(100us);
                return std::pair{*n, fibers::this_thread::get_id()};
            },
            std::make_unique<int>(5));
        EXPECT_EQ(f.wait_for(0s), future_status::timeout);
        go = true;
        const auto [n, id] = f.get();
        EXPECT_EQ(n, 5);
        EXPECT_NE(id, fibers::this_thread::get_id());
    });
}

TEST_P(Async, BringsWhatTheCallThrows) {
    run([] {
        for (const launch policy : {launch::async, launch::deferred}) {
            auto f = fibers::async(policy, [] { throw std::runtime_error{"failed"}; });
            EXPECT_EQ(test::message_of([&] { f.get(); }), "failed");
        }
    });
}

TEST_P(Async, IsPreferredToStdAsyncThatLookupFindsToo) {
    run([] {
        using fibers::async;
        int n = 1;
        fibers::future<int&> f = async([](int& to) -> int& { return ++to; }, std::ref(n));
        fibers::future<int&> g = async(
            launch::deferred, [](int& to) -> int& { return ++to; }, std::ref(n));
        EXPECT_EQ(&f.get(), &n);
        EXPECT_EQ(g.get(), 3);
    });
}

TEST_P(Async, ManyRunAtOnce) {
    run([] {
        std::vector<fibers::future<int>> all;
        for (int i = 0; i < 100; ++i)
            all.push_back(fibers::async([i] {
                fibers::this_thread::yield();
                return i;
            }));
        int sum = 0;
        for (auto& f : all)
            sum += f.get();
        EXPECT_EQ(sum, 4950);
    });
}

TEST_P(Async, ItsLastFutureWaitsForTheEnd) {
    run([] {
        std::atomic<bool> ended = false;
        {
            fibers::timeout_scope over{-1ms}; // destructors don't look at it
            fibers::shared_future<void> copy;
            {
                const auto f = fibers::async(launch::async, [&] {
                                   fibers::this_thread::sleep_for(5ms);
                                   ended = true;
                               }).share();
                copy = f;
            }
        }
        EXPECT_TRUE(ended);
    });
}

TEST_P(Async, IsReadyWhenTheFiberLocalsAreGone) {
    run([] {
        std::atomic<bool> ended = false;
        const fibers::fiber_local<note> at_end{[&] { return note{ended}; }};
        auto f = fibers::async(launch::async, [&] { (void)at_end.get(); });
        f.wait();
        EXPECT_TRUE(ended);
    });
}

TEST_P(Async, TheResultIsGoneWithTheLastFuture) {
    run([] {
        for (const launch policy : {launch::async, launch::deferred}) {
            const auto held = std::make_shared<int>(1);
            auto f = fibers::async(policy, [held] { return held; });
            f.wait();
            EXPECT_EQ(held.use_count(), 2); // the function is gone, the result is here
            f = {};
            EXPECT_EQ(held.use_count(), 1);
            f = fibers::async(policy, [held]() -> std::shared_ptr<int> { throw held; });
            f.wait();
            EXPECT_EQ(held.use_count(), 2);
            f = {};
            EXPECT_EQ(held.use_count(), 1);
        }
    });
}

TEST_P(Async, DeferredIsCalledByTheFirstWhoWaits) {
    run([this] {
        int calls = 0;
        fibers::thread::id caller;
        const fibers::shared_future<int> f = fibers::async(launch::deferred, [&] {
            caller = fibers::this_thread::get_id();
            fibers::this_thread::sleep_for(2ms);
            return ++calls;
        });
        EXPECT_EQ(f.wait_for(1h), future_status::deferred);
        EXPECT_EQ(f.wait_until(std::chrono::steady_clock::now()), future_status::deferred);
        EXPECT_EQ(calls, 0);
        std::vector<test::task> others;
        for (int t = 0; t < 4; ++t)
            others.push_back(start([mine = f] { EXPECT_EQ(mine.get(), 1); }));
        EXPECT_EQ(f.get(), 1);
        for (test::task& t : others)
            t.join();
        EXPECT_EQ(calls, 1);
        EXPECT_NE(caller, fibers::thread::id{});
        EXPECT_EQ(f.wait_for(0s), future_status::ready);
    });
}

TEST_P(Async, DeferredIsNeverCalledWhereNobodyWaits) {
    run([] {
        const auto held = std::make_shared<int>(0);
        {
            const auto f = fibers::async(launch::deferred, [held] { ++*held; });
            EXPECT_EQ(held.use_count(), 2);
        }
        EXPECT_EQ(*held, 0);
        EXPECT_EQ(held.use_count(), 1);
    });
}

TEST_P(Async, DefersWhereCopyingSaysTryAgain) {
    struct refusing_once {
        explicit refusing_once(int& counter) : copies(counter) {}
        refusing_once(const refusing_once& other) : copies(other.copies) {
            if (copies++ == 0)
                throw std::system_error(
                    std::make_error_code(std::errc::resource_unavailable_try_again));
        }
        void operator()() const {}
        int& copies;
    };
    run([] {
        int copies = 0;
        const refusing_once f{copies};
        EXPECT_EQ(fibers::async(f).wait_for(0s), future_status::deferred);
        copies = 0;
        EXPECT_EQ(test::error_of([&] { (void)fibers::async(launch::async, f); }),
                  std::errc::resource_unavailable_try_again);
    });
}

TEST(AsyncAtTheEnd, AStopOfTheRuntimeReachesTheFuture) {
    fibers::future<void> f;
    fibers::run([&] {
        f = fibers::async(launch::async, [] { fibers::this_thread::sleep_for(1h); });
        fibers::this_thread::sleep_for(1ms);
    });
    EXPECT_EQ(test::error_of([&] { f.get(); }), std::errc::operation_canceled);
}

} // namespace
