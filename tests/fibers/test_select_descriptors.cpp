#include <fibers/readiness.hpp>
#include <fibers/select.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>

#include <atomic>
#include <chrono>
#include <system_error>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::channel;
using fibers::on_receive;

/// For a case that must not be chosen.
const auto unexpected = [](auto&&...) { ADD_FAILURE(); };

class SelectDescriptors : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, SelectDescriptors, test::every_place, test::name_of_place);

TEST_P(SelectDescriptors, WaitsForADescriptor) {
    run([&] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        fibers::readiness readable{pipe.reader.handle()};
        channel<int> silent;
        auto reader = start([&] {
            while (!pipe.reader.take())
                EXPECT_EQ(
                    fibers::select(on_receive(silent, unexpected), fibers::on_readable(readable)),
                    1U);
        });
        settle();
        pipe.writer.put();
        reader.join();
        EXPECT_FALSE(silent.try_send(1));
    });
}

TEST_P(SelectDescriptors, WaitsForSeveralDescriptors) {
    run([&] {
        const test::descriptor_pair one = test::nonblocking_pipe(),
                                    other = test::nonblocking_pipe();
        other.writer.fill();
        fibers::readiness readable{one.reader.handle()}, writable{other.writer.handle()};
        std::atomic<int> bytes = 0;
        auto selector = start([&] {
            bool room = false;
            while (!room || bytes < 3) {
                bytes += one.reader.take();
                room = room || other.writer.put();
                if (!room || bytes < 3)
                    fibers::select(fibers::on_readable(readable), fibers::on_writable(writable));
            }
        });
        for (int i = 0; i < 3; ++i) {
            fibers::this_fiber::sleep_for(1ms);
            one.writer.put();
        }
        ASSERT_TRUE(test::eventually([&] { return bytes == 3; }));
        EXPECT_GT(other.reader.drain(), 0U);
        selector.join();
    });
}

TEST_P(SelectDescriptors, LeavesTheReadinessThatItDoesNotChoose) {
    run([&] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        fibers::readiness readable{pipe.reader.handle()};
        channel<int> numbers{1};
        EXPECT_EQ(readable.wait(fibers::direction::read),
                  std::error_code{}); // nothing is known yet
        numbers.send(1);
        EXPECT_EQ(fibers::select(on_receive(numbers, [](auto) {}),
                                 fibers::on_readable(readable, unexpected)),
                  0U);
        auto waiter = start([&] {
            fibers::select(on_receive(numbers, [](auto) {}),
                           fibers::on_readable(readable, unexpected));
        });
        settle();
        numbers.send(2);
        waiter.join();
        pipe.writer.put();
        EXPECT_EQ(readable.wait(fibers::direction::read), std::error_code{});
        EXPECT_TRUE(pipe.reader.take());
    });
}

TEST_P(SelectDescriptors, ChoosesADescriptorThatIsShut) {
    run([&] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        fibers::readiness readable{pipe.reader.handle()};
        EXPECT_EQ(readable.wait(fibers::direction::read), std::error_code{});
        auto waiter = start([&] { fibers::select(fibers::on_readable(readable)); });
        settle();
        readable.shut();
        waiter.join();
    });
}

} // namespace
