// A peer that resets the connection, in every state; and SIGPIPE, which would end the process.

#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <array>
#include <atomic>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using netio::buffer;
using netio::tcp_listener;
using netio::tcp_stream;

class TcpReset : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TcpReset, test::every_place);

TEST_P(TcpReset, BeforeAReadFailsIt) {
    run([] {
        auto [client, server] = test::connect();
        test::reset(client);
        std::array<std::byte, 8> bytes;
        std::error_code ec;
        EXPECT_EQ(server.read(bytes, ec), 0u);
        EXPECT_EQ(ec, std::errc::connection_reset);
    });
}

TEST_P(TcpReset, DuringAReadFailsIt) {
    run([&] {
        auto [client, server] = test::connect();
        auto reader = start([&stream = server] {
            std::array<std::byte, 8> bytes;
            std::error_code ec;
            EXPECT_EQ(stream.read(bytes, ec), 0u);
            EXPECT_EQ(ec, std::errc::connection_reset);
        });
        settle();
        test::reset(client);
        reader.join();
    });
}

TEST_P(TcpReset, DuringReadExactlyTellsHowFarItGot) {
    run([&] {
        auto [client, server] = test::connect();
        auto reader = start([&stream = server] {
            std::array<std::byte, 8> bytes;
            std::error_code ec;
            EXPECT_EQ(stream.read_exactly(bytes, ec), 3u);
            EXPECT_EQ(ec, std::errc::connection_reset);
        });
        client.write_all(buffer("abc"));
        settle();
        test::reset(client);
        reader.join();
    });
}

TEST_P(TcpReset, DuringAWriteFailsIt) {
    run([&] {
        auto [client, server] = test::connect();
        test::fill(server);
        auto writer = start([&stream = server] {
            std::error_code ec;
            EXPECT_EQ(stream.write(buffer("no room"), ec), 0u);
            EXPECT_EQ(ec, std::errc::connection_reset);
        });
        settle();
        test::reset(client);
        writer.join();
    });
}

TEST_P(TcpReset, WithAReaderAndAWriterWaitingEndsBoth) {
    run([&] {
        auto [client, server] = test::connect();
        test::fill(server);
        std::atomic<int> resets = 0;
        // The kernel reports the reset to one of them, and the end of the connection to the other.
        auto reader = start([&, &stream = server] {
            std::array<std::byte, 8> bytes;
            std::error_code ec;
            EXPECT_EQ(stream.read(bytes, ec), 0u);
            resets += ec == std::errc::connection_reset;
        });
        auto writer = start([&, &stream = server] {
            std::error_code ec;
            EXPECT_EQ(stream.write(buffer("no room"), ec), 0u);
            EXPECT_TRUE(ec == std::errc::connection_reset || ec == std::errc::broken_pipe) << ec;
            resets += ec == std::errc::connection_reset;
        });
        settle();
        test::reset(client);
        reader.join();
        writer.join();
        EXPECT_EQ(resets, 1);
    });
}

TEST_P(TcpReset, BeforeAcceptStillGivesAConnectionThatFailsToRead) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        auto gone = tcp_stream::connect(listener.local_endpoint());
        test::reset(gone);
        auto next = tcp_stream::connect(listener.local_endpoint());

        auto dead = listener.accept();
        std::array<std::byte, 8> bytes;
        std::error_code ec;
        EXPECT_EQ(dead.read(bytes, ec), 0u);
        EXPECT_EQ(ec, std::errc::connection_reset);

        EXPECT_EQ(listener.accept().remote_endpoint(), next.local_endpoint());
    });
}

TEST_P(TcpReset, AfterOurHalfCloseFailsTheRead) {
    run([&] {
        auto [client, server] = test::connect();
        server.shutdown_write();
        EXPECT_EQ(test::read_text(client), "");
        auto reader = start([&stream = server] {
            std::array<std::byte, 8> bytes;
            std::error_code ec;
            EXPECT_EQ(stream.read(bytes, ec), 0u);
            EXPECT_EQ(ec, std::errc::connection_reset);
        });
        settle();
        test::reset(client);
        reader.join();
    });
}

TEST_P(TcpReset, AfterThePeersHalfCloseFailsTheWrite) {
    run([&] {
        auto [client, server] = test::connect();
        client.shutdown_write();
        EXPECT_EQ(test::read_text(server), "");
        test::fill(server);
        auto writer = start([&stream = server] {
            std::error_code ec;
            EXPECT_EQ(stream.write(buffer("no room"), ec), 0u);
            // In this state the kernel speaks of a pipe.
            EXPECT_TRUE(ec == std::errc::connection_reset || ec == std::errc::broken_pipe) << ec;
        });
        settle();
        test::reset(client);
        writer.join();
    });
}

TEST_P(TcpReset, WritingOnAfterItFailsEachTimeAndRaisesNoSignal) {
    run([] {
        auto [client, server] = test::connect();
        test::reset(client);
        std::error_code ec;
        const std::array twice{buffer("x"), buffer("y")};
        server.write(buffer("x"), ec);
        EXPECT_EQ(ec, std::errc::connection_reset);
        for (int i = 0; i != 3; ++i) {
            server.write(buffer("x"), ec);
            EXPECT_EQ(ec, std::errc::broken_pipe);
            server.write_all(buffer("x"), ec);
            EXPECT_EQ(ec, std::errc::broken_pipe);
            server.write(twice, ec);
            EXPECT_EQ(ec, std::errc::broken_pipe);
        }
    });
}

TEST_P(TcpReset, WritingToAPeerThatClosedFailsInTheEndAndRaisesNoSignal) {
    run([] {
        auto [client, server] = test::connect();
        client.close();
        // The first goes out and is answered by a reset.
        std::error_code ec;
        for (int i = 0; i != 1000 && !ec; ++i)
            server.write(buffer("x"), ec);
        EXPECT_TRUE(ec == std::errc::connection_reset || ec == std::errc::broken_pipe) << ec;
    });
}

TEST_P(TcpReset, OfEveryOtherClientLeavesAServerRunning) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        auto server = start([&] {
            for (auto stream : listener.incoming()) {
                std::array<std::byte, 64> bytes;
                std::error_code ec;
                while (const std::size_t count = stream.read(bytes, ec))
                    stream.write_all(std::span{bytes}.first(count), ec);
            }
        });
        for (int i = 0; i != 50; ++i) {
            auto rude = tcp_stream::connect(listener.local_endpoint());
            if (i % 3)
                rude.write_all(buffer("never mind"));
            test::reset(rude);

            auto polite = tcp_stream::connect(listener.local_endpoint());
            polite.write_all(buffer("hello"));
            polite.shutdown_write();
            EXPECT_EQ(test::read_text(polite), "hello");
        }
        listener.close();
        server.join();
    });
}

} // namespace
