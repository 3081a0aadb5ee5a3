#include <fibers/jthread.hpp>
#include <fibers/runtime.hpp>
#include <fibers/this_thread.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::jthread;
using fibers::stop_token;

using Jthread = test::everywhere;
INSTANTIATE_TEST_SUITE_P(Everywhere, Jthread, test::every_place, test::name_of_place);

static_assert(!std::is_copy_constructible_v<jthread>);
static_assert(std::is_nothrow_move_constructible_v<jthread>);
static_assert(std::is_nothrow_move_assignable_v<jthread>);
static_assert(!std::is_convertible_v<void (*)(), jthread>);

/// What a thread does that goes on until it is asked to stop.
void work_until(const stop_token& stop) {
    while (!stop.stop_requested())
        fibers::this_thread::sleep_for(200us);
}

struct listener {
    bool stopped = false;
    int sum = 0;

    void listen(fibers::stop_token stop, int a, int b) {
        sum = a + b;
        stopped = stop.stop_requested();
    }
};

TEST_P(Jthread, AMemberFunctionMayTakeTheTokenFirst) {
    run([] {
        listener heard;
        jthread thread{&listener::listen, &heard, 1, 2};
        thread.join();
        EXPECT_EQ(heard.sum, 3);
        EXPECT_FALSE(heard.stopped);
    });
}

TEST_P(Jthread, EndStopsAndJoins) {
    run([] {
        bool stopped = false;
        {
            const jthread worker{[&](const stop_token& stop) {
                work_until(stop);
                fibers::this_thread::sleep_for(1ms);
                stopped = true;
            }};
        }
        EXPECT_TRUE(stopped);
    });
}

TEST_P(Jthread, EndJoinsOneThatTakesNoToken) {
    run([] {
        int sum = 0;
        {
            const jthread adds{[&](int a, std::unique_ptr<int> b) {
                                   fibers::this_thread::sleep_for(1ms);
                                   sum = a + *b;
                               },
                               3, std::make_unique<int>(4)};
        }
        EXPECT_EQ(sum, 7);
    });
}

TEST_P(Jthread, TokenComesBeforeTheArguments) {
    run([] {
        jthread worker{[](const stop_token& stop, int argument) {
                           EXPECT_TRUE(stop.stop_possible());
                           EXPECT_EQ(argument, 5);
                       },
                       5};
        worker.join();
        EXPECT_FALSE(worker.joinable());
        EXPECT_FALSE(worker.get_stop_token().stop_requested());
    });
}

TEST_P(Jthread, StopOnlyShowsInTheToken) {
    run([] {
        std::atomic<bool> asked = false;
        jthread worker{[&](const stop_token& stop) {
            const fibers::stop_callback note{stop, [&] { asked = true; }};
            work_until(stop);
            EXPECT_FALSE(test::error_of([] { fibers::this_thread::sleep_for(1ms); }));
        }};
        EXPECT_TRUE(worker.request_stop());
        EXPECT_FALSE(worker.request_stop());
        worker.join();
        EXPECT_TRUE(asked);
    });
}

TEST_P(Jthread, AnySourceOfItsStopWillDo) {
    run([] {
        jthread worker{work_until};
        EXPECT_EQ(worker.get_stop_source().get_token(), worker.get_stop_token());
        EXPECT_TRUE(worker.get_stop_source().request_stop());
        worker.join();
    });
}

TEST_P(Jthread, AssignmentStopsAndJoinsTheOneBefore) {
    run([] {
        bool first_is_over = false;
        jthread worker{[&](const stop_token& stop) {
            work_until(stop);
            first_is_over = true;
        }};
        worker = jthread{work_until};
        EXPECT_TRUE(first_is_over);
        EXPECT_TRUE(worker.joinable());
        EXPECT_FALSE(worker.get_stop_token().stop_requested());
        jthread& itself = worker;
        worker = std::move(itself);
        EXPECT_TRUE(worker.joinable());
        worker = {};
        EXPECT_FALSE(worker.joinable());
        EXPECT_FALSE(worker.get_stop_token().stop_possible());
    });
}

TEST_P(Jthread, MovesAndSwapsTogetherWithItsStop) {
    run([] {
        jthread a{work_until};
        const auto id = a.get_id();
        const stop_token stop = a.get_stop_token();
        jthread b{std::move(a)};
        EXPECT_FALSE(a.joinable()); // NOLINT: that is the question
        EXPECT_FALSE(a.get_stop_source().stop_possible());
        swap(a, b);
        EXPECT_EQ(a.get_id(), id);
        EXPECT_EQ(a.get_stop_token(), stop);
        EXPECT_EQ(b.get_id(), jthread::id{});
    });
}

TEST_P(Jthread, DetachedGoesOnAndCanStillBeStopped) {
    run([] {
        std::atomic<bool> over = false;
        fibers::stop_source stop;
        {
            jthread worker{[&](const stop_token& token) {
                work_until(token);
                over = true;
            }};
            stop = worker.get_stop_source();
            worker.detach();
        }
        EXPECT_FALSE(stop.stop_requested());
        stop.request_stop();
        EXPECT_TRUE(test::eventually([&] { return over.load(); }));
    });
}

TEST_P(Jthread, MisuseThrowsWhatStdThreadThrows) {
    run([] {
        jthread none;
        EXPECT_EQ(test::error_of([&] { none.join(); }), std::errc::invalid_argument);
        EXPECT_EQ(test::error_of([&] { none.detach(); }), std::errc::invalid_argument);
        jthread itself;
        std::atomic<bool> assigned = false;
        itself = jthread{[&] {
            EXPECT_TRUE(test::eventually([&] { return assigned.load(); }));
            EXPECT_EQ(test::error_of([&] { itself.join(); }),
                      std::errc::resource_deadlock_would_occur);
        }};
        assigned = true;
        itself.join();
    });
}

TEST(JthreadInterruption, EndJoinsWhateverTheAmbientStop) {
    fibers::run([] {
        bool over = false;
        auto owner = fibers::spawn([&] {
            const jthread slow{[&](const stop_token& stop) {
                work_until(stop);
                fibers::this_thread::sleep_for(2ms);
                over = true;
            }};
            fibers::this_thread::sleep_for(1h);
        });
        fibers::this_thread::sleep_for(1ms);
        owner.request_stop();
        EXPECT_EQ(test::error_of([&] { owner.join(); }), std::errc::operation_canceled);
        EXPECT_TRUE(over);
    });
}

} // namespace
