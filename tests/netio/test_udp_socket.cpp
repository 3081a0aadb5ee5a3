#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <netio/udp_socket.hpp>

#include <fibers/timeout.hpp>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <net/if.h>
#include <sys/resource.h>

namespace {

using netio::buffer;
using netio::endpoint;
using netio::ip_address;
using netio::udp_socket;
using namespace std::chrono_literals;

std::string text_of(netio::const_buffer bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::string receive_text(udp_socket& socket) {
    std::array<std::byte, 64> bytes;
    return text_of(std::span{bytes}.first(socket.receive_from(bytes).size));
}

/// Where nobody receives.
endpoint nobody() {
    return udp_socket{"127.0.0.1:0"}.local_endpoint();
}

class UdpSocket : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, UdpSocket, test::every_place);
class UdpSocketStop : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, UdpSocketStop, test::fibers_only);

TEST_P(UdpSocket, ReceivesWhatIsSentToItAndTellsByWhom) {
    run([&] {
        udp_socket server{"127.0.0.1:0"}, client{"127.0.0.1:0"};
        auto echo = start([&] {
            std::array<std::byte, 64> bytes;
            for (int i = 0; i != 100; ++i) {
                const auto received = server.receive_from(bytes);
                EXPECT_EQ(received.sender, client.local_endpoint());
                server.send_to(std::span{bytes}.first(received.size), received.sender);
            }
        });
        for (int i = 0; i != 100; ++i) {
            client.send_to(buffer(std::to_string(i)), server.local_endpoint());
            EXPECT_EQ(receive_text(client), std::to_string(i));
        }
        echo.join();
    });
}

TEST_P(UdpSocket, TellsOfTruncation) {
    run([] {
        udp_socket server{"127.0.0.1:0"}, client{"127.0.0.1:0"};
        client.send_to(buffer("too long"), server.local_endpoint());
        client.send_to(buffer("fits"), server.local_endpoint());
        std::array<std::byte, 4> bytes;
        const auto cut = server.receive_from(bytes);
        EXPECT_EQ(cut.size, 4u);
        EXPECT_EQ(cut.full_size, 8u);
        EXPECT_TRUE(cut.is_truncated());
        EXPECT_EQ(text_of(bytes), "too ");
        EXPECT_FALSE(server.receive_from(bytes).is_truncated());
        EXPECT_EQ(text_of(bytes), "fits");
    });
}

TEST_P(UdpSocket, AnEmptyDatagramArrives) {
    run([] {
        udp_socket server{"127.0.0.1:0"}, client{"127.0.0.1:0"};
        client.send_to({}, server.local_endpoint());
        std::array<std::byte, 4> bytes;
        const auto received = server.receive_from(bytes);
        EXPECT_EQ(received.full_size, 0u);
        EXPECT_EQ(received.sender, client.local_endpoint());
    });
}

TEST_P(UdpSocket, AConnectedOneHearsOnlyItsPeer) {
    run([] {
        udp_socket server{"127.0.0.1:0"}, stranger{"127.0.0.1:0"};
        auto client = udp_socket::connected_to(server.local_endpoint());
        EXPECT_EQ(client.remote_endpoint(), server.local_endpoint());
        stranger.send_to(buffer("not for you"), client.local_endpoint());
        client.send(buffer("ping"));
        EXPECT_EQ(receive_text(server), "ping");
        server.send_to(buffer("pong"), client.local_endpoint());
        std::array<std::byte, 16> bytes;
        EXPECT_EQ(text_of(std::span{bytes}.first(client.receive(bytes).size)), "pong");
    });
}

TEST_P(UdpSocket, AConnectedOneLearnsThatNobodyIsThere) {
    run([&] {
        auto client = udp_socket::connected_to(nobody());
        std::error_code ec;
        auto receiver = start([&] {
            std::array<std::byte, 16> bytes;
            client.receive(bytes, ec);
        });
        settle();
        client.send(buffer("anyone?"));
        receiver.join();
        EXPECT_EQ(ec, std::errc::connection_refused);
    });
}

TEST_P(UdpSocket, AnUnconnectedOneHasNobodyToSendTo) {
    run([] {
        udp_socket socket{"127.0.0.1:0"};
        std::error_code ec;
        socket.send(buffer("x"), ec);
        EXPECT_EQ(ec, std::errc::destination_address_required);
        socket.remote_endpoint(ec);
        EXPECT_EQ(ec, std::errc::not_connected);
    });
}

TEST_P(UdpSocket, TheExceptionNamesTheEndpoint) {
    run([] {
        udp_socket socket{"127.0.0.1:0"};
        const auto local = socket.local_endpoint();
        try {
            socket.send_to(std::vector<std::byte>(70'000), local);
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.code(), std::errc::message_size);
            EXPECT_EQ(e.what(), "cannot send to " + local.to_string() + ": Message too long");
        }
        try {
            udp_socket second{local};
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.code(), std::errc::address_in_use);
            EXPECT_EQ(e.what(),
                      "cannot receive on " + local.to_string() + ": Address already in use");
        }
    });
}

TEST_P(UdpSocket, ReusePortSharesAPort) {
    run([] {
        udp_socket first{"127.0.0.1:0", {.reuse_port = true}};
        const udp_socket second{first.local_endpoint(), {.reuse_port = true}};
        EXPECT_EQ(second.local_endpoint(), first.local_endpoint());
    });
}

TEST_P(UdpSocket, AV6OneHearsV4UnlessToldOtherwise) {
    run([] {
        std::error_code ec;
        udp_socket both{"[::]:0", {}, ec};
        if (ec)
            GTEST_SKIP() << "no IPv6 here: " << ec.message();
        udp_socket client{"127.0.0.1:0"};
        client.send_to(buffer("v4"), {ip_address::loopback_v4(), both.local_endpoint().port()});
        std::array<std::byte, 16> bytes;
        EXPECT_EQ(both.receive_from(bytes).sender.address(), ip_address::loopback_v4().mapped());

        const udp_socket only{"[::]:0", {.only_v6 = true}};
        const udp_socket beside{endpoint{ip_address::any_v4(), only.local_endpoint().port()}};
        EXPECT_TRUE(beside.is_open());
    });
}

TEST_P(UdpSocket, SendsAndReceivesInBatches) {
    run([] {
        udp_socket server{"127.0.0.1:0"}, client{"127.0.0.1:0"};
        std::vector<std::string> texts;
        for (int i = 0; i != 40; ++i)
            texts.push_back(std::string(static_cast<std::size_t>(i), 'x'));
        std::vector<netio::outgoing_datagram<endpoint>> outgoing;
        for (const auto& text : texts)
            outgoing.push_back({buffer(text), server.local_endpoint()});
        EXPECT_EQ(client.send_batch(outgoing), 32u);
        EXPECT_EQ(client.send_batch(std::span{outgoing}.subspan(32)), 8u);

        std::array<std::array<std::byte, 32>, 32> rooms;
        std::array<netio::incoming_datagram<endpoint>, 32> incoming;
        for (std::size_t i = 0; i != rooms.size(); ++i)
            incoming[i].room = rooms[i];
        for (std::size_t expected = 0; expected != texts.size();) {
            const std::size_t count = server.receive_batch(incoming);
            for (std::size_t i = 0; i != count; ++i, ++expected) {
                EXPECT_EQ(incoming[i].received.full_size, expected);
                EXPECT_EQ(incoming[i].received.is_truncated(), expected > 32);
                EXPECT_EQ(text_of(incoming[i].bytes()), texts[expected].substr(0, 32));
                EXPECT_EQ(incoming[i].received.sender, client.local_endpoint());
            }
        }
    });
}

TEST_P(UdpSocket, ABatchOfNoneDoesNothing) {
    run([] {
        udp_socket socket{"127.0.0.1:0"};
        EXPECT_EQ(socket.send_batch({}), 0u);
        EXPECT_EQ(socket.receive_batch({}), 0u);
    });
}

TEST_P(UdpSocket, AReceiverOfBatchesIsWokenByEveryDatagram) {
    run([&] {
        udp_socket server{"127.0.0.1:0"}, client{"127.0.0.1:0"};
        auto receiver = start([&] {
            std::array<std::array<std::byte, 8>, 4> rooms;
            std::array<netio::incoming_datagram<endpoint>, 4> incoming;
            for (std::size_t i = 0; i != rooms.size(); ++i)
                incoming[i].room = rooms[i];
            for (std::size_t count = 0; count != 500;) {
                const std::size_t more = server.receive_batch(incoming);
                count += more;
                for (std::size_t i = 0; i != more; ++i)
                    server.send_to(incoming[i].bytes(), incoming[i].received.sender);
            }
        });
        for (int round = 0; round != 100; ++round) {
            for (int i = 0; i != 5; ++i)
                client.send_to(buffer("x"), server.local_endpoint());
            for (int i = 0; i != 5; ++i)
                EXPECT_EQ(receive_text(client), "x");
        }
        receiver.join();
    });
}

TEST_P(UdpSocket, ReceivesFromTheGroupsThatItHasJoined) {
    run([] {
        const unsigned loopback = ::if_nametoindex("lo");
        const auto group = ip_address::parse("239.255.17.3");
        udp_socket member{"0.0.0.0:0"}, sender{"127.0.0.1:0"};
        sender.set_option(netio::multicast_interface{loopback});
        sender.set_option(netio::multicast_ttl{0});
        sender.set_option(netio::multicast_loopback{true});
        EXPECT_EQ(sender.get_option<netio::multicast_ttl>().hops, 0);
        EXPECT_TRUE(sender.get_option<netio::multicast_loopback>().value);
        const endpoint to{group, member.local_endpoint().port()};

        member.join_group(group, loopback);
        sender.send_to(buffer("for all"), to);
        EXPECT_EQ(receive_text(member), "for all");

        member.leave_group(group, loopback);
        sender.send_to(buffer("for others"), to);
        sender.send_to(buffer("for one"), {ip_address::loopback_v4(), to.port()});
        EXPECT_EQ(receive_text(member), "for one");

        std::error_code ec;
        member.leave_group(group, loopback, ec);
        EXPECT_EQ(ec, std::errc::address_not_available);
        member.join_group(ip_address::loopback_v4(), loopback, ec);
        EXPECT_EQ(ec, std::errc::invalid_argument);
    });
}

TEST_P(UdpSocket, CloseWakesWhoReceives) {
    run([&] {
        udp_socket socket{"127.0.0.1:0"};
        std::error_code ec;
        auto receiver = start([&] {
            std::array<std::byte, 16> bytes;
            socket.receive_from(bytes, ec);
        });
        settle();
        socket.close();
        receiver.join();
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        socket.send_to(buffer("x"), nobody(), ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
    });
}

TEST_P(UdpSocket, AnAmbientDeadlineEndsAReceive) {
    run([] {
        udp_socket socket{"127.0.0.1:0"};
        std::array<std::byte, 16> bytes;
        std::error_code ec;
        const auto begin = std::chrono::steady_clock::now();
        {
            const fibers::timeout_scope limit{50ms};
            socket.receive_from(bytes, ec);
        }
        EXPECT_EQ(ec, std::errc::timed_out);
        EXPECT_GE(std::chrono::steady_clock::now() - begin, 50ms);
        socket.send_to(buffer("late"), socket.local_endpoint());
        EXPECT_EQ(receive_text(socket), "late");
    });
}

TEST_P(UdpSocketStop, EndsAReceive) {
    run([&] {
        udp_socket socket{"127.0.0.1:0"};
        std::error_code ec;
        auto receiver = start([&] {
            std::array<std::byte, 16> bytes;
            socket.receive_from(bytes, ec);
        });
        settle();
        receiver.request_stop();
        receiver.join();
        EXPECT_EQ(ec, std::errc::operation_canceled);
    });
}

TEST_P(UdpSocket, IsGivenUpAndAdopted) {
    run([] {
        udp_socket socket{"127.0.0.1:0"};
        const auto local = socket.local_endpoint();
        const int fd = socket.release();
        EXPECT_FALSE(socket.is_open());
        auto adopted = udp_socket::adopt(fd);
        EXPECT_EQ(adopted.local_endpoint(), local);

        const auto [client, server] = test::connect();
        std::error_code ec;
        udp_socket::adopt(client.native_handle(), ec);
        EXPECT_EQ(ec, std::errc::wrong_protocol_type);
        EXPECT_TRUE(client.is_open());
        udp_socket::adopt(-1, ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
    });
}

TEST_P(UdpSocket, ADefaultOneIsClosed) {
    run([] {
        udp_socket socket;
        std::array<std::byte, 16> bytes;
        std::error_code ec;
        socket.receive_from(bytes, ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        EXPECT_EQ(socket.native_handle(), -1);
        EXPECT_THROW(socket.local_endpoint(), std::system_error);
    });
}

TEST(UdpSocketShortage, OpeningFailsWhereTheProcessHasNoDescriptorLeft) {
    rlimit former;
    ::getrlimit(RLIMIT_NOFILE, &former);
    const rlimit none{0, former.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &none);
    std::error_code ec;
    const udp_socket socket{"127.0.0.1:0", {}, ec};
    ::setrlimit(RLIMIT_NOFILE, &former);
    EXPECT_EQ(ec, std::errc::too_many_files_open);
    EXPECT_FALSE(socket.is_open());
}

} // namespace
