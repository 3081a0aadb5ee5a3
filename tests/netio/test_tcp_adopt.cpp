#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <netio/tcp.hpp>

#include <array>
#include <fcntl.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

#include <gtest/gtest.h>

namespace {

using netio::buffer;
using netio::tcp_stream;

class TcpAdopt : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TcpAdopt, test::every_place);

TEST_P(TcpAdopt, ReleaseGivesUpAnOpenConnection) {
    run([] {
        auto [client, server] = test::connect();
        const int handle = client.native_handle();
        const int fd = client.release();
        EXPECT_EQ(fd, handle);
        EXPECT_FALSE(client.is_open());
        EXPECT_EQ(client.native_handle(), -1);
        EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK);
        std::error_code ec;
        client.write(buffer("x"), ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);

        auto again = tcp_stream::adopt(fd);
        EXPECT_EQ(again.remote_endpoint(), client.remote_endpoint());
        again.write_all(buffer("same connection"));
        again.close();
        EXPECT_EQ(test::read_text(server), "same connection");
    });
}

TEST_P(TcpAdopt, AReleasedConnectionCanBeAdoptedAfterItWasWaitedFor) {
    run([&] {
        auto [client, server] = test::connect();
        std::array<std::byte, 1> byte;
        auto writer = start([&stream = client] { stream.write_all(buffer("x")); });
        server.read_exactly(byte); // registered with the poller from here on
        writer.join();
        auto again = tcp_stream::adopt(server.release());
        auto second_writer = start([&stream = client] { stream.write_all(buffer("y")); });
        again.read_exactly(byte);
        second_writer.join();
        EXPECT_EQ(byte[0], std::byte{'y'});
    });
}

TEST_P(TcpAdopt, ReleaseFailsWhileSomebodyReads) {
    run([&] {
        auto [client, server] = test::connect();
        std::array<std::byte, 1> byte;
        auto reader = start([&byte, &stream = server] { stream.read_exactly(byte); });
        settle();
        std::error_code ec;
        EXPECT_EQ(server.release(ec), -1);
        EXPECT_EQ(ec, std::errc::device_or_resource_busy);
        client.write_all(buffer("x"));
        reader.join();
        EXPECT_EQ(byte[0], std::byte{'x'}) << "the stream is still good";
        EXPECT_EQ(::close(server.release()), 0);
    });
}

TEST_P(TcpAdopt, AdoptMakesTheSocketNonBlocking) {
    run([] {
        auto [client, server] = test::connect();
        const int fd = client.release();
        ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) & ~O_NONBLOCK);
        auto adopted = tcp_stream::adopt(fd);
        EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK);
    });
}

TEST_P(TcpAdopt, AdoptRefusesWhatIsNoTcpConnection) {
    run([] {
        std::error_code ec;
        tcp_stream::adopt(-1, ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);

        std::array<int, 2> pair;
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
        tcp_stream::adopt(pair[0], ec);
        EXPECT_EQ(ec, std::errc::address_family_not_supported);

        const int unconnected = ::socket(AF_INET, SOCK_STREAM, 0);
        tcp_stream::adopt(unconnected, ec);
        EXPECT_EQ(ec, std::errc::not_connected);
        EXPECT_THROW(tcp_stream::adopt(unconnected), std::system_error);

        for (const int fd : {pair[0], pair[1], unconnected})
            EXPECT_EQ(::close(fd), 0) << "still the caller's";
    });
}

} // namespace
