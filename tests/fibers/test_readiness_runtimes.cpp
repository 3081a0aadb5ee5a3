// A descriptor that is registered with one worker's poller, and waited for from elsewhere.

#include <fibers/readiness.hpp>
#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/liveness.hpp>

#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::direction;

const std::error_code no_error{};

class ReadinessAcross : public testing::Test {
  protected:
    /// Registers the descriptor with the calling fiber's worker.
    void wait_in_vain() {
        fibers::timeout_scope limit{1ms};
        while (readable_.wait(direction::read) != std::errc::timed_out) {
        }
    }

    void expect_a_byte() {
        fibers::timeout_scope limit{test::ceiling};
        while (!pipe_.reader.take())
            ASSERT_EQ(readable_.wait(direction::read), no_error);
    }

    test::descriptor_pair pipe_ = test::nonblocking_pipe();
    fibers::readiness readable_{pipe_.reader.handle()};
};

TEST_F(ReadinessAcross, WorkersOfOneRuntime) {
    fibers::runtime{{.workers = 2}}.run([&] {
        wait_in_vain();
        const auto here = std::this_thread::get_id();
        std::atomic<bool> elsewhere = false;
        auto reader = fibers::spawn([&] {
            EXPECT_NE(std::this_thread::get_id(), here);
            elsewhere = true;
            for (int i = 0; i < 50; ++i)
                expect_a_byte();
        });
        ASSERT_TRUE(test::eventually_while_busy([&] { return elsewhere.load(); }));
        for (int i = 0; i < 50; ++i) {
            fibers::this_fiber::sleep_for(200us);
            pipe_.writer.put();
        }
        reader.join();
    });
}

TEST_F(ReadinessAcross, RuntimesOneAfterTheOther) {
    for (int i = 0; i < 5; ++i)
        fibers::run([&] {
            wait_in_vain();
            auto reader = fibers::spawn([&] { expect_a_byte(); });
            fibers::this_fiber::sleep_for(1ms);
            pipe_.writer.put();
            reader.join();
        });
    // And from a thread, with no runtime at all.
    std::thread reader{[&] { expect_a_byte(); }};
    std::this_thread::sleep_for(2ms);
    pipe_.writer.put();
    reader.join();
}

TEST_F(ReadinessAcross, RuntimesSideBySideOfWhichTheOneThatWatchesEnds) {
    std::atomic<bool> registered = false;
    std::atomic<bool> over = false;
    std::thread first{[&] {
        fibers::run([&] {
            wait_in_vain();
            registered = true;
            while (!over)
                fibers::this_fiber::sleep_for(1ms);
        });
    }};
    fibers::run([&] {
        ASSERT_TRUE(test::eventually([&] { return registered.load(); }));
        auto reader = fibers::spawn([&] { expect_a_byte(); });
        fibers::this_fiber::sleep_for(5ms); // it waits, and the first runtime watches for it
        over = true;
        first.join();
        pipe_.writer.put();
        reader.join();
    });
}

TEST_F(ReadinessAcross, APlainThreadAndAFiber) {
    fibers::run([&] {
        wait_in_vain();
        std::atomic<int> read = 0;
        std::thread in_thread{[&] {
            expect_a_byte();
            readable_.still_ready(direction::read);
            ++read;
        }};
        auto in_fiber = fibers::spawn([&] {
            expect_a_byte();
            readable_.still_ready(direction::read);
            ++read;
        });
        fibers::this_fiber::sleep_for(5ms);
        pipe_.writer.put();
        ASSERT_TRUE(test::eventually([&] { return read == 1; }));
        pipe_.writer.put();
        ASSERT_TRUE(test::eventually([&] { return read == 2; }));
        in_fiber.join();
        in_thread.join();
    });
}

TEST_F(ReadinessAcross, AnInterruptedFiberAndTheNextWhoWaits) {
    // The one is always ready, and stopped while it takes a break; what it had taken is not lost.
    fibers::run([&] {
        pipe_.writer.put();
        for (int round = 0; round < 200; ++round) {
            auto busy = fibers::spawn([&] {
                std::error_code error;
                while (!error) {
                    readable_.still_ready(direction::read);
                    error = readable_.wait(direction::read);
                }
                return error;
            });
            auto other = fibers::spawn([&] {
                for (int y = 0; y < round % 5; ++y)
                    fibers::this_fiber::yield();
                busy.request_stop();
                fibers::timeout_scope limit{test::ceiling};
                return readable_.wait(direction::read);
            });
            EXPECT_EQ(busy.join(), std::errc::operation_canceled);
            EXPECT_EQ(other.join(), no_error);
        }
    });
}

} // namespace
