#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::timeout_scope;
using netio::buffer;

/// How long it has been alive.
class stopwatch {
  public:
    auto elapsed() const { return std::chrono::steady_clock::now() - start_; }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

class TcpDeadline : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TcpDeadline, test::every_place);

TEST_P(TcpDeadline, APeerThatNeverWritesTimesTheReadOut) {
    run([] {
        auto [client, server] = test::connect();
        std::array<std::byte, 8> bytes;
        std::error_code ec;
        const stopwatch watch;
        {
            const timeout_scope limit{50ms};
            EXPECT_EQ(server.read(bytes, ec), 0u);
        }
        EXPECT_EQ(ec, std::errc::timed_out);
        EXPECT_GE(watch.elapsed(), 50ms) << "must not return before";

        client.write_all(buffer("late"));
        EXPECT_EQ(server.read(bytes), 4u) << "the stream is still good";
    });
}

TEST_P(TcpDeadline, TheExceptionNamesThePeer) {
    run([] {
        auto [client, server] = test::connect();
        std::array<std::byte, 8> bytes;
        const timeout_scope limit{1ms};
        try {
            server.read(bytes);
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.code(), std::errc::timed_out);
            EXPECT_EQ(e.what(), "cannot read from " + server.remote_endpoint().to_string() +
                                    ": Connection timed out");
        }
    });
}

TEST_P(TcpDeadline, APeerThatNeverReadsTimesTheWriteOut) {
    run([&] {
        auto [client, server] = test::connect();
        const auto sent = test::pattern(32 << 20);
        std::error_code ec;
        std::size_t taken = 0;
        const stopwatch watch;
        {
            const timeout_scope limit{200ms};
            taken = server.write_all(sent, ec);
        }
        EXPECT_EQ(ec, std::errc::timed_out);
        EXPECT_GE(watch.elapsed(), 200ms) << "must not return before";
        ASSERT_LT(taken, sent.size());

        // What it says to have written is what arrives, neither more nor less.
        server.shutdown_write();
        std::vector<std::byte> received(sent.size());
        EXPECT_EQ(client.read_exactly(received, ec), taken);
        received.resize(taken);
        EXPECT_TRUE(std::equal(received.begin(), received.end(), sent.begin()));
    });
}

TEST_P(TcpDeadline, EveryReadOfAnIdleTimeoutStartsAnew) {
    run([&] {
        auto [client, server] = test::connect();
        auto writer = start([&stream = client] {
            for (int i = 0; i != 6; ++i) {
                fibers::this_fiber::sleep_for(200ms);
                stream.write_all(buffer("x"));
            }
            stream.close();
        });
        std::array<std::byte, 8> bytes;
        const auto read_with_limit = [&stream = server, &bytes] {
            const timeout_scope limit{1s};
            return stream.read(bytes);
        };
        std::size_t count = 0;
        while (const std::size_t n = read_with_limit())
            count += n;
        EXPECT_EQ(count, 6u) << "in more time than one limit allows";
        writer.join();
    });
}

TEST_P(TcpDeadline, ADeadlineInThePastEndsWhatWouldBlockAtOnce) {
    run([] {
        auto [client, server] = test::connect();
        netio::tcp_listener listener{"127.0.0.1:0"};
        test::fill(server);
        const timeout_scope limit{std::chrono::steady_clock::now() - 1s};
        std::array<std::byte, 8> bytes;
        for (int i = 0; i != 3; ++i) {
            std::error_code ec;
            server.read(bytes, ec);
            EXPECT_EQ(ec, std::errc::timed_out);
            server.write(bytes, ec);
            EXPECT_EQ(ec, std::errc::timed_out);
            listener.accept(ec);
            EXPECT_EQ(ec, std::errc::timed_out);
        }
    });
}

TEST_P(TcpDeadline, AcceptTimesOutAndGoesOn) {
    run([] {
        netio::tcp_listener listener{"127.0.0.1:0"};
        const stopwatch watch;
        std::error_code ec;
        {
            const timeout_scope limit{30ms};
            EXPECT_FALSE(listener.accept(ec).is_open());
        }
        EXPECT_EQ(ec, std::errc::timed_out);
        EXPECT_GE(watch.elapsed(), 30ms);
        const auto client = netio::tcp_stream::connect(listener.local_endpoint());
        EXPECT_EQ(listener.accept().remote_endpoint(), client.local_endpoint());
    });
}

TEST_P(TcpDeadline, ConnectTimesOutWhileNobodyAnswers) {
    run([] {
        // With its backlog full a listener lets further attempts go unanswered.
        const netio::tcp_listener listener{"127.0.0.1:0", {.backlog = 0}};
        const std::size_t before = test::open_descriptors();
        {
            std::vector<netio::tcp_stream> waiting;
            std::error_code ec;
            const stopwatch watch;
            {
                const timeout_scope limit{300ms};
                while (!ec && waiting.size() != 10)
                    waiting.push_back(netio::tcp_stream::connect(listener.local_endpoint(), ec));
            }
            EXPECT_EQ(ec, std::errc::timed_out);
            EXPECT_GE(watch.elapsed(), 300ms);
            EXPECT_FALSE(waiting.back().is_open());
        }
        EXPECT_EQ(test::open_descriptors(), before);
    });
}

TEST_P(TcpDeadline, TheReaderTimesOutAndTheWriterGoesOn) {
    run([&] {
        auto [client, server] = test::connect();
        auto reader = start([&stream = server] {
            const timeout_scope limit{20ms};
            std::array<std::byte, 8> bytes;
            std::error_code ec;
            stream.read(bytes, ec);
            EXPECT_EQ(ec, std::errc::timed_out);
        });
        const std::size_t already = test::fill(server);
        auto writer = start([&stream = server] { stream.write_all(buffer("at last")); });
        reader.join();
        settle();
        std::vector<std::byte> skipped(already);
        client.read_exactly(skipped);
        std::string text(7, '\0');
        client.read_exactly(buffer(text));
        EXPECT_EQ(text, "at last");
        writer.join();
    });
}

} // namespace
