#include <fibers/fiber_local.hpp>
#include <fibers/sync/notify_at_exit.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/thread.hpp>

#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <chrono>
#include <memory>
#include <mutex>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

using NotifyAtExit = test::everywhere;
INSTANTIATE_TEST_SUITE_P(Everywhere, NotifyAtExit, test::every_place, test::name_of_place);

TEST_P(NotifyAtExit, ComesWhenTheFunctionHasReturned) {
    run([&] {
        fibers::mutex m;
        fibers::condition_variable cv;
        bool set = false, returned = false;
        struct on_return {
            ~on_return() {
                fibers::this_fiber::sleep_for(2ms);
                flag = true;
            }
            bool& flag;
        };
        std::unique_lock lock{m};
        auto ends = start([&] {
            const on_return last{returned};
            std::unique_lock own{m};
            set = true;
            fibers::notify_all_at_thread_exit(cv, std::move(own));
        });
        cv.wait(lock, [&] { return set; });
        EXPECT_TRUE(returned);
        lock.unlock();
        ends.join();
    });
}

TEST_P(NotifyAtExit, ComesAfterTheFiberLocalsAreDestroyed) {
    run([&] {
        struct counts_its_end {
            ~counts_its_end() {
                fibers::this_fiber::yield();
                if (ended)
                    *ended = true;
            }
            bool* ended = nullptr;
        };
        fibers::fiber_local<counts_its_end> local;
        fibers::mutex m;
        fibers::condition_variable cv;
        bool ended = false;
        std::unique_lock lock{m};
        fibers::thread t{[&] {
            fibers::notify_all_at_thread_exit(cv, std::unique_lock{m});
            local->ended = &ended;
        }};
        cv.wait(lock, [&] { return ended; });
        lock.unlock();
        t.join();
    });
}

TEST_P(NotifyAtExit, WhoeverFindsItDoneMayDestroyTheConditionVariable) {
    run([&] {
        for (int i = 0; i < test::scaled(100); ++i) {
            fibers::mutex m;
            auto cv = std::make_unique<fibers::condition_variable>();
            bool done = false;
            auto ends = start([&] {
                std::unique_lock own{m};
                done = true;
                fibers::notify_all_at_thread_exit(*cv, std::move(own));
            });
            {
                std::unique_lock lock{m};
                cv->wait(lock, [&] { return done; });
            }
            cv.reset();
            ends.join();
        }
    });
}

TEST_P(NotifyAtExit, SeveralNotificationsComeInTheirOrder) {
    run([&] {
        fibers::mutex first, second;
        fibers::condition_variable cv;
        bool go = false;
        fibers::thread t{[&] {
            std::unique_lock a{first}, b{second};
            go = true;
            fibers::notify_all_at_thread_exit(cv, std::move(a));
            fibers::notify_all_at_thread_exit(cv, std::move(b));
        }};
        for (bool begun = false; !begun; fibers::this_fiber::yield()) {
            const std::lock_guard lock{second};
            begun = go;
            if (begun) { // the first was unlocked before
                EXPECT_TRUE(first.try_lock());
                first.unlock();
            }
        }
        t.join();
    });
}

} // namespace
