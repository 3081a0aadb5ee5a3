// Races, for a second each: whoever wins, nothing hangs, leaks, or goes to somebody else.

#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::tcp_listener;
using netio::tcp_stream;

class deadline {
  public:
    bool passed() const { return std::chrono::steady_clock::now() >= end_; }

  private:
    std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + 1s;
};

/// Lets between no time and some 50 µs pass.
void dawdle(std::minstd_rand& random) {
    for (unsigned i = random() % 4; i != 0; --i)
        fibers::this_fiber::yield();
    if (random() % 4 == 0)
        fibers::this_fiber::sleep_for(std::chrono::microseconds{random() % 50});
}

class TcpStress : public test::everywhere {
  protected:
    /// Runs `round(number, random)` over and over, in several tasks at once, for a second.
    template <class Round>
    void repeat(Round round) {
        const std::size_t before = test::open_descriptors();
        run([&] {
            const deadline end;
            std::atomic<unsigned> number = 0;
            std::vector<test::task> tasks;
            for (unsigned i = 0; i != 3; ++i)
                tasks.push_back(start([&, i] {
                    std::minstd_rand random{i + 1};
                    while (!end.passed())
                        round(number++, random);
                }));
            for (auto& task : tasks)
                task.join();
            EXPECT_GT(number, 10u);
        });
        EXPECT_EQ(test::open_descriptors(), before);
    }

    /// Reads to the end or to an error, and expects to see nothing but `mine`.
    static std::error_code read_only(std::byte mine, tcp_stream& stream) {
        std::array<std::byte, 100> bytes;
        std::error_code ec;
        while (const std::size_t count = stream.read(bytes, ec))
            EXPECT_EQ(std::count(bytes.begin(), bytes.begin() + count, mine), count);
        return ec;
    }

    static void write_only(std::byte mine, tcp_stream& stream) {
        std::array<std::byte, 70> bytes;
        bytes.fill(mine);
        std::error_code ec;
        for (int i = 0; i != 5 && !ec; ++i)
            stream.write_all(bytes, ec);
    }
};

class TcpStressEverywhere : public TcpStress {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TcpStressEverywhere, test::every_place);

TEST_P(TcpStressEverywhere, CloseAndReadAndWrite) {
    repeat([&](unsigned number, std::minstd_rand& random) {
        const auto mine = static_cast<std::byte>(number);
        auto [client, server] = test::connect();
        auto reader = start([mine, &stream = server] {
            const auto ec = read_only(mine, stream);
            // No error where the client's end came in between.
            EXPECT_TRUE(!ec || ec == std::errc::bad_file_descriptor) << ec.message();
        });
        auto writer = start([mine, &stream = client] { write_only(mine, stream); });
        dawdle(random);
        server.close();
        client.close();
        reader.join();
        writer.join();
    });
}

TEST_P(TcpStressEverywhere, CloseAndTheDestructorOfTheOneWhoWaited) {
    repeat([&](unsigned, std::minstd_rand& random) {
        auto [client, server] = test::connect();
        auto stream = std::make_unique<tcp_stream>(std::move(server));
        auto owner = start([&] {
            std::array<std::byte, 8> bytes;
            std::error_code ec;
            stream->read(bytes, ec);
            EXPECT_EQ(ec, std::errc::bad_file_descriptor) << ec.message();
            stream.reset();
        });
        dawdle(random);
        stream->close();
        owner.join();
    });
}

TEST_P(TcpStressEverywhere, CloseAndAcceptAndConnect) {
    repeat([&](unsigned, std::minstd_rand& random) {
        tcp_listener listener{"127.0.0.1:0"};
        const auto local = listener.local_endpoint();
        std::vector<test::task> acceptors;
        for (int i = 0; i != 2; ++i)
            acceptors.push_back(start([&] {
                std::error_code ec;
                while (!ec)
                    listener.accept(ec);
                EXPECT_EQ(ec, std::errc::bad_file_descriptor) << ec.message();
            }));
        auto client = start([&] {
            std::error_code ec;
            for (int i = 0; i != 3 && !ec; ++i)
                tcp_stream::connect(local, ec);
        });
        dawdle(random);
        listener.close();
        for (auto& acceptor : acceptors)
            acceptor.join();
        client.join();
    });
}

TEST_P(TcpStressEverywhere, DeadlineAndReadLoseNoByte) {
    repeat([&](unsigned, std::minstd_rand& random) {
        auto [client, server] = test::connect();
        const auto sent = test::pattern(500, static_cast<unsigned>(random()));
        auto writer = start([&, seed = random(), &stream = client] {
            std::minstd_rand mine{static_cast<std::minstd_rand::result_type>(seed)};
            for (std::size_t i = 0; i != sent.size(); i += 50) {
                stream.write_all(std::span{sent}.subspan(i, 50));
                dawdle(mine);
            }
            stream.shutdown_write();
        });
        std::vector<std::byte> received;
        std::array<std::byte, 64> bytes;
        for (;;) {
            std::error_code ec;
            const fibers::timeout_scope limit{std::chrono::microseconds{random() % 60}};
            const std::size_t count = server.read(bytes, ec);
            if (!ec && count == 0)
                break;
            ASSERT_TRUE(!ec || ec == std::errc::timed_out) << ec.message();
            received.insert(received.end(), bytes.begin(), bytes.begin() + count);
        }
        writer.join();
        EXPECT_EQ(received, sent);
    });
}

class TcpStressFibers : public TcpStress {};
INSTANTIATE_TEST_SUITE_P(Fibers, TcpStressFibers, test::fibers_only);

TEST_P(TcpStressFibers, StopAndRead) {
    repeat([&](unsigned number, std::minstd_rand& random) {
        const auto mine = static_cast<std::byte>(number);
        auto [client, server] = test::connect();
        auto reader = start([mine, &stream = server] {
            const auto ec = read_only(mine, stream);
            EXPECT_TRUE(!ec || ec == std::errc::operation_canceled) << ec.message();
        });
        auto writer = start([mine, &stream = client] {
            write_only(mine, stream);
            stream.close();
        });
        dawdle(random);
        reader.request_stop();
        reader.join();
        writer.join();
        EXPECT_FALSE(read_only(mine, server)) << "what the stopped reader left is there";
    });
}

TEST_P(TcpStressFibers, StopAndCloseAndDeadlineAtOnce) {
    repeat([&](unsigned, std::minstd_rand& random) {
        auto [client, server] = test::connect();
        auto reader = start([&, limit = random() % 50, &stream = server] {
            const fibers::timeout_scope scope{std::chrono::microseconds{limit}};
            std::array<std::byte, 8> bytes;
            std::error_code ec;
            stream.read(bytes, ec);
            EXPECT_TRUE(ec == std::errc::timed_out || ec == std::errc::operation_canceled ||
                        ec == std::errc::bad_file_descriptor)
                << ec.message();
        });
        auto closer = start([&stream = server] { stream.close(); });
        dawdle(random);
        reader.request_stop();
        reader.join();
        closer.join();
    });
}

} // namespace
