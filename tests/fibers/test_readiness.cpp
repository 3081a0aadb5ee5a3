#include <fibers/readiness.hpp>
#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::direction;
using fibers::readiness;

const std::error_code no_error{};

/// Reads a byte as a user of readiness does.
void read_byte(const test::descriptor& from, readiness& readable) {
    while (!from.take())
        if (const std::error_code error = readable.wait(direction::read))
            throw std::system_error{error};
}

class Readiness : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Readiness, test::every_place, test::name_of_place);

TEST_P(Readiness, SaysThatADescriptorMayBeReadyBeforeAnythingIsKnown) {
    run([] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        readiness readable{pipe.reader.handle()};
        EXPECT_EQ(readable.wait(direction::read), no_error);
        fibers::timeout_scope limit{2ms};
        EXPECT_EQ(readable.wait(direction::read), std::errc::timed_out);
    });
}

TEST_P(Readiness, WakesAReader) {
    run([&] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        readiness readable{pipe.reader.handle()};
        auto reader = start([&] {
            for (int i = 0; i < 20; ++i)
                read_byte(pipe.reader, readable);
        });
        for (int i = 0; i < 20; ++i) {
            fibers::this_fiber::sleep_for(200us);
            pipe.writer.put();
        }
        reader.join();
    });
}

TEST_P(Readiness, WakesAWriter) {
    run([&] {
        const test::descriptor_pair pair = test::nonblocking_socketpair();
        readiness writable{pair.writer.handle()};
        pair.writer.fill();
        EXPECT_EQ(writable.wait(direction::write), no_error); // it may have been ready
        auto writer = start([&] { EXPECT_EQ(writable.wait(direction::write), no_error); });
        settle();
        EXPECT_GT(pair.reader.drain(), 0U);
        writer.join();
        pair.writer.put();
    });
}

TEST_P(Readiness, ServesBothDirectionsAtOnce) {
    run([&] {
        const test::descriptor_pair pair = test::nonblocking_socketpair();
        readiness both{pair.reader.handle()};
        pair.reader.fill();
        auto reader = start([&] { read_byte(pair.reader, both); });
        auto writer = start([&] {
            EXPECT_EQ(both.wait(direction::write), no_error);
            EXPECT_EQ(both.wait(direction::write), no_error);
        });
        settle();
        pair.writer.put();
        reader.join();
        EXPECT_GT(pair.writer.drain(), 0U);
        writer.join();
    });
}

TEST_P(Readiness, WakesOneOfManyReadersForEachByte) {
    run([&] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        readiness readable{pipe.reader.handle()};
        std::atomic<int> read = 0;
        std::vector<test::task> readers;
        for (int i = 0; i < 8; ++i)
            readers.push_back(start([&] {
                read_byte(pipe.reader, readable);
                ++read;
                readable.still_ready(direction::read); // there may be more, for the next
            }));
        for (int i = 1; i <= 8; ++i) {
            fibers::this_fiber::sleep_for(300us);
            pipe.writer.put();
            ASSERT_TRUE(test::eventually([&] { return read >= i; }));
        }
        for (auto& r : readers)
            r.join();
    });
}

TEST_P(Readiness, LosesNoByteBetweenManyReadersAndManyWriters) {
    run([&] {
        const test::descriptor_pair pair = test::nonblocking_socketpair();
        readiness readable{pair.reader.handle()};
        readiness writable{pair.writer.handle()};
        const int each = test::scaled(1'000);
        std::atomic<int> read = 0;
        std::vector<test::task> tasks;
        for (int i = 0; i < 4; ++i)
            tasks.push_back(start([&] {
                while (read < 4 * each) {
                    if (pair.reader.take()) {
                        readable.still_ready(direction::read);
                        if (++read == 4 * each)
                            readable.shut(); // sends the others home
                    } else if (readable.wait(direction::read)) {
                        break;
                    }
                }
            }));
        for (int i = 0; i < 4; ++i)
            tasks.push_back(start([&, i] {
                for (int n = 0; n < each; ++n) {
                    while (!pair.writer.put())
                        ASSERT_EQ(writable.wait(direction::write), no_error);
                    writable.still_ready(direction::write);
                    if (n % 16 == i)
                        fibers::this_fiber::yield();
                }
            }));
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(read, 4 * each);
    });
}

TEST_P(Readiness, StillReadyWakesOneWhoWaits) {
    run([&] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        readiness readable{pipe.reader.handle()};
        EXPECT_EQ(readable.wait(direction::read), no_error);
        auto waiter = start([&] { EXPECT_EQ(readable.wait(direction::read), no_error); });
        settle();
        readable.still_ready(direction::read);
        waiter.join();
    });
}

TEST_P(Readiness, IsNotLostToADeadlineThatPassesWhileOthersHaveTheirTurn) {
    run([&] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        readiness readable{pipe.reader.handle()};
        auto other = start([] {
            const auto end = std::chrono::steady_clock::now() + 40ms;
            while (std::chrono::steady_clock::now() < end) {
            }
        });
        {
            const fibers::timeout_scope limit{20ms};
            readable.still_ready(direction::read); // so the others come first
            EXPECT_EQ(readable.wait(direction::read), no_error);
        }
        other.join();
    });
}

TEST_P(Readiness, EndOfStreamStaysReadable) {
    run([&] {
        test::descriptor_pair pair = test::nonblocking_socketpair();
        readiness readable{pair.reader.handle()};
        EXPECT_EQ(readable.wait(direction::read), no_error);
        auto reader = start([&] {
            for (int i = 0; i < 1'000; ++i)
                ASSERT_EQ(readable.wait(direction::read), no_error);
        });
        settle();
        pair.writer.close();
        reader.join();
    });
}

TEST_P(Readiness, ShutWakesAllWhoWait) {
    run([&] {
        const test::descriptor_pair pair = test::nonblocking_socketpair();
        readiness both{pair.reader.handle()};
        pair.reader.fill();
        EXPECT_EQ(both.wait(direction::read), no_error);
        EXPECT_EQ(both.wait(direction::write), no_error);
        std::vector<test::task> waiters;
        for (int i = 0; i < 6; ++i)
            waiters.push_back(start([&, i] {
                EXPECT_EQ(both.wait(i % 2 == 0 ? direction::read : direction::write),
                          std::errc::bad_file_descriptor);
            }));
        settle();
        both.shut();
        for (auto& w : waiters)
            w.join();
        EXPECT_EQ(both.wait(direction::read), std::errc::bad_file_descriptor);
        EXPECT_EQ(both.wait(direction::write), std::errc::bad_file_descriptor);
        both.shut();
    });
}

TEST_P(Readiness, ShutRacesWithWaitsAndWakesThemAll) {
    run([&] {
        for (int i = 0; i < test::scaled(300); ++i) {
            const test::descriptor_pair pipe = test::nonblocking_pipe();
            readiness readable{pipe.reader.handle()};
            std::vector<test::task> waiters;
            for (int t = 0; t < 3; ++t)
                waiters.push_back(start([&] {
                    while (readable.wait(direction::read) != std::errc::bad_file_descriptor) {
                    }
                }));
            for (int y = 0; y < i % 8; ++y)
                fibers::this_fiber::yield();
            if (i % 2 == 0)
                pipe.writer.put();
            readable.shut();
            for (auto& w : waiters)
                w.join();
        }
    });
}

TEST_P(Readiness, OfAReusedDescriptorNumberKnowsNothingOfTheFormerOne) {
    run([&] {
        for (int i = 0; i < 50; ++i) {
            test::descriptor_pair former = test::nonblocking_pipe();
            const int number = former.reader.handle();
            auto readable = std::make_unique<readiness>(number);
            EXPECT_EQ(readable->wait(direction::read), no_error);
            auto waiter = start([&] {
                const std::error_code how = readable->wait(direction::read);
                EXPECT_TRUE(!how || how == std::errc::bad_file_descriptor) << how.message();
            });
            fibers::this_fiber::sleep_for(200us);
            former.writer.put(); // an event of the former, perhaps on its way
            readable->shut();
            waiter.join();
            readable.reset();
            former.reader.close();

            const test::descriptor_pair later = test::nonblocking_pipe();
            ASSERT_EQ(later.reader.handle(), number);
            readiness again{number};
            EXPECT_EQ(again.wait(direction::read), no_error);
            fibers::timeout_scope limit{500us};
            EXPECT_EQ(again.wait(direction::read), std::errc::timed_out);
        }
    });
}

TEST_P(Readiness, ReportsADescriptorThatCannotBeWatched) {
    run([] {
        const test::descriptor file{::open("/proc/self/exe", O_RDONLY | O_CLOEXEC)};
        readiness never{file.handle()};
        EXPECT_EQ(never.wait(direction::read), no_error);
        if (fibers::this_fiber::get_id() == fibers::fiber_id{})
            return; // poll(2), which a thread uses, takes it
        EXPECT_EQ(never.wait(direction::read), std::errc::operation_not_permitted);
    });
}

} // namespace
