#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <netio/error.hpp>
#include <netio/tcp.hpp>

#include <fibers/timeout.hpp>

#include <array>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::buffer;
using netio::tcp_stream;

class TcpStream : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TcpStream, test::every_place);

TEST_P(TcpStream, ReadReturnsWhatIsThere) {
    run([] {
        auto [client, server] = test::connect();
        client.write_all(buffer("hello"));
        std::string text(100, '?');
        EXPECT_EQ(server.read(buffer(text)), 5u);
        EXPECT_EQ(text.substr(0, 6), "hello?");
    });
}

TEST_P(TcpStream, ReadWaitsForTheFirstByte) {
    run([&] {
        auto [client, server] = test::connect();
        std::string text(3, '?');
        auto reader = start([&] { server.read_exactly(buffer(text)); });
        client.write_all(buffer("a"));
        client.write_all(buffer("bc"));
        reader.join();
        EXPECT_EQ(text, "abc");
    });
}

TEST_P(TcpStream, ReadReturnsZeroWhenPeerCloses) {
    run([] {
        auto [client, server] = test::connect();
        client.close();
        std::array<std::byte, 8> bytes;
        EXPECT_EQ(server.read(bytes), 0u);
        EXPECT_EQ(server.read(bytes), 0u) << "the end of the stream stays";
    });
}

TEST_P(TcpStream, ReadReturnsZeroWhenPeerClosesWhileItWaits) {
    run([&] {
        auto [client, server] = test::connect();
        auto reader = start([&stream = server] {
            std::array<std::byte, 8> bytes;
            EXPECT_EQ(stream.read(bytes), 0u);
        });
        settle();
        client.close();
        reader.join();
    });
}

TEST_P(TcpStream, DataThatArrivedBeforeTheEndIsReadFirst) {
    run([] {
        auto [client, server] = test::connect();
        client.write_all(buffer("last words"));
        client.close();
        // Shorter than what is there, as long, and longer: the end is found after each.
        std::string piece(4, '\0');
        EXPECT_EQ(server.read(buffer(piece)), 4u);
        EXPECT_EQ(test::read_text(server), " words");
    });
}

TEST_P(TcpStream, AReadShorterThanAskedDoesNotHideTheEndThatCameWithIt) {
    run([] {
        for (int i = 0; i != 50; ++i) {
            auto [client, server] = test::connect();
            client.write_all(buffer("x"));
            client.shutdown_write();
            EXPECT_EQ(test::read_text(server), "x");
        }
    });
}

TEST_P(TcpStream, WhatDidNotFitIntoOneReadIsThereForTheNext) {
    run([&] {
        auto [client, server] = test::connect();
        std::string one(1, '\0'), rest(4, '\0');
        const std::array vector{buffer(rest)};
        auto reader = start([&, &stream = server] {
            // Having waited once, it learns of news only.
            EXPECT_EQ(stream.read(buffer(one)), 1u);
            const fibers::timeout_scope limit{10s};
            EXPECT_EQ(stream.read(buffer(rest)), 4u);
            EXPECT_EQ(rest, "1234");
            EXPECT_EQ(stream.read(vector), 4u);
            EXPECT_EQ(rest, "5678");
            EXPECT_EQ(stream.read(buffer(rest)), 1u);
            EXPECT_EQ(rest, "9678");
        });
        settle();
        client.write_all(buffer("0123456789"));
        reader.join();
    });
}

TEST_P(TcpStream, HalfCloseBySenderLeavesTheOtherWayOpen) {
    run([] {
        auto [client, server] = test::connect();
        client.write_all(buffer("question"));
        client.shutdown_write();
        EXPECT_EQ(test::read_text(server), "question");
        server.write_all(buffer("answer"));
        server.shutdown_write();
        EXPECT_EQ(test::read_text(client), "answer");
    });
}

TEST_P(TcpStream, WriteAfterShutdownWriteFailsWithBrokenPipe) {
    run([] {
        auto [client, server] = test::connect();
        client.shutdown_write();
        std::error_code ec;
        EXPECT_EQ(client.write(buffer("x"), ec), 0u);
        EXPECT_EQ(ec, std::errc::broken_pipe);
    });
}

TEST_P(TcpStream, ShutdownReadEndsAWaitingRead) {
    run([&] {
        auto [client, server] = test::connect();
        auto reader = start([&stream = server] {
            std::array<std::byte, 8> bytes;
            EXPECT_EQ(stream.read(bytes), 0u);
        });
        settle();
        server.shutdown_read();
        reader.join();
        server.write_all(buffer("still talking"));
        server.close();
        EXPECT_EQ(test::read_text(client), "still talking");
    });
}

TEST_P(TcpStream, ReadExactlyFailsWithEndOfStreamAndTellsHowFarItGot) {
    run([] {
        auto [client, server] = test::connect();
        client.write_all(buffer("abc"));
        client.close();
        std::string text(8, '?');
        std::error_code ec;
        EXPECT_EQ(server.read_exactly(buffer(text), ec), 3u);
        EXPECT_EQ(ec, netio::errc::end_of_stream);
        EXPECT_EQ(text, "abc?????");
    });
}

TEST_P(TcpStream, ReadExactlyStopsAtItsLastByte) {
    run([] {
        auto [client, server] = test::connect();
        client.write_all(buffer("abcdef"));
        std::string text(4, '?');
        server.read_exactly(buffer(text));
        EXPECT_EQ(text, "abcd");
        client.close();
        EXPECT_EQ(test::read_text(server), "ef");
    });
}

TEST_P(TcpStream, NothingToReadOrWriteReturnsZeroAtOnce) {
    run([] {
        auto [client, server] = test::connect();
        std::error_code ec = netio::errc::end_of_stream;
        EXPECT_EQ(server.read(netio::mutable_buffer{}, ec), 0u);
        EXPECT_FALSE(ec);
        ec = netio::errc::end_of_stream;
        EXPECT_EQ(server.write(netio::const_buffer{}, ec), 0u);
        EXPECT_FALSE(ec);
        server.read_exactly(netio::mutable_buffer{});
        server.write_all(netio::const_buffer{});
        EXPECT_EQ(server.read(std::span<const netio::mutable_buffer>{}), 0u);
        EXPECT_EQ(server.write(std::span<const netio::const_buffer>{}), 0u);
    });
}

TEST_P(TcpStream, EndpointsOfBothEndsMatch) {
    run([] {
        auto [client, server] = test::connect();
        EXPECT_EQ(client.local_endpoint(), server.remote_endpoint());
        EXPECT_EQ(client.remote_endpoint(), server.local_endpoint());
        const auto peer = server.remote_endpoint();
        server.close();
        EXPECT_EQ(server.remote_endpoint(), peer) << "can be named after the end";
    });
}

TEST_P(TcpStream, OptionsAreWhatTheyWereSetTo) {
    run([] {
        auto [client, server] = test::connect();
        for (tcp_stream* stream : {&client, &server}) {
            EXPECT_TRUE(stream->get_option<netio::no_delay>().value) << "unless told otherwise";
            stream->set_option(netio::no_delay{false});
            EXPECT_FALSE(stream->get_option<netio::no_delay>().value);

            EXPECT_FALSE(stream->get_option<netio::keep_alive>().value);
            stream->set_option(netio::keep_alive{true});
            EXPECT_TRUE(stream->get_option<netio::keep_alive>().value);

            // Linux doubles them.
            stream->set_option(netio::receive_buffer_size{20'000});
            EXPECT_EQ(stream->get_option<netio::receive_buffer_size>().bytes, 40'000);
            stream->set_option(netio::send_buffer_size{30'000});
            EXPECT_EQ(stream->get_option<netio::send_buffer_size>().bytes, 60'000);

            EXPECT_EQ(stream->get_option<netio::linger>().timeout, std::nullopt);
            stream->set_option(netio::linger{0s});
            EXPECT_EQ(stream->get_option<netio::linger>().timeout, 0s);
            stream->set_option(netio::linger{});
            EXPECT_EQ(stream->get_option<netio::linger>().timeout, std::nullopt);
        }
    });
}

TEST_P(TcpStream, MovesWhileThePeerWaits) {
    run([&] {
        auto [client, server] = test::connect();
        auto reader = start([stream = std::make_shared<tcp_stream>(std::move(server))]() mutable {
            tcp_stream moved = std::move(*stream);
            EXPECT_FALSE(stream->is_open());
            EXPECT_EQ(test::read_text(moved), "x");
        });
        client.write_all(buffer("x"));
        client.close();
        reader.join();
    });
}

TEST_P(TcpStream, AssigningClosesWhatWasThere) {
    run([] {
        auto [client, server] = test::connect();
        client = tcp_stream{};
        EXPECT_EQ(test::read_text(server), "");
    });
}

TEST_P(TcpStream, AStreamThatIsNotConnectedFailsEverywhere) {
    run([] {
        tcp_stream none;
        EXPECT_FALSE(none.is_open());
        EXPECT_EQ(none.native_handle(), -1);
        none.close();
        std::array<std::byte, 8> bytes;
        const auto expect_bad = [&](auto operation) {
            std::error_code ec;
            operation(ec);
            EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        };
        expect_bad([&](auto& ec) { none.read(bytes, ec); });
        expect_bad([&](auto& ec) { none.read_exactly(bytes, ec); });
        expect_bad([&](auto& ec) { none.write(bytes, ec); });
        expect_bad([&](auto& ec) { none.write_all(bytes, ec); });
        expect_bad([&](auto& ec) { none.shutdown_read(ec); });
        expect_bad([&](auto& ec) { none.shutdown_write(ec); });
        expect_bad([&](auto& ec) { none.set_option(netio::no_delay{}, ec); });
        expect_bad([&](auto& ec) { none.get_option<netio::linger>(ec); });
        expect_bad([&](auto& ec) { none.local_endpoint(ec); });
        expect_bad([&](auto& ec) { none.release(ec); });
    });
}

TEST_P(TcpStream, ExceptionsNameThePeer) {
    run([] {
        auto [client, server] = test::connect();
        const std::string peer = client.remote_endpoint().to_string();
        client.shutdown_write();
        try {
            client.write_all(buffer("x"));
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.what(), "cannot write to " + peer + ": Broken pipe");
        }
        server.close();
        std::array<std::byte, 8> bytes;
        try {
            client.read_exactly(bytes);
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.what(), "cannot read from " + peer + ": End of stream");
        }
    });
}

TEST_P(TcpStream, LeavesNoDescriptorBehind) {
    const std::size_t before = test::open_descriptors();
    run([&] {
        for (int i = 0; i != 20; ++i) {
            auto [client, server] = test::connect();
            auto echo = start([&stream = server] {
                std::array<std::byte, 16> bytes;
                stream.write_all(std::span{bytes}.first(stream.read(bytes)));
            });
            client.write_all(buffer("x"));
            std::array<std::byte, 1> byte;
            client.read_exactly(byte);
            echo.join();
        }
    });
    EXPECT_EQ(test::open_descriptors(), before);
}

} // namespace
