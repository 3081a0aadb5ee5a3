#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <array>
#include <atomic>
#include <fcntl.h>
#include <ranges>
#include <string>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace {

using netio::endpoint;
using netio::tcp_listener;
using netio::tcp_stream;

static_assert(std::ranges::input_range<tcp_listener::incoming_range>);

class TcpListener : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TcpListener, test::every_place);

TEST_P(TcpListener, PortZeroPicksAFreeOne) {
    run([] {
        const tcp_listener first{"127.0.0.1:0"}, second{"127.0.0.1:0"};
        EXPECT_NE(first.local_endpoint().port(), 0);
        EXPECT_NE(first.local_endpoint(), second.local_endpoint());
    });
}

TEST_P(TcpListener, APortInUseFailsNamingTheEndpoint) {
    run([] {
        const tcp_listener first{"127.0.0.1:0"};
        const std::size_t before = test::open_descriptors();
        try {
            const tcp_listener second{first.local_endpoint()};
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.code(), std::errc::address_in_use);
            EXPECT_EQ(e.what(), "cannot listen on " + first.local_endpoint().to_string() +
                                    ": Address already in use");
        }
        std::error_code ec;
        const tcp_listener third{first.local_endpoint(), {}, ec};
        EXPECT_EQ(ec, std::errc::address_in_use);
        EXPECT_FALSE(third.is_open());
        EXPECT_EQ(test::open_descriptors(), before);
    });
}

TEST_P(TcpListener, AnAddressOfAnotherMachineFails) {
    run([] {
        std::error_code ec;
        const tcp_listener listener{"203.0.113.1:0", {}, ec}; // RFC 5737: nobody's
        EXPECT_EQ(ec, std::errc::address_not_available);
    });
}

TEST_P(TcpListener, ListensAgainWhileConnectionsOfAFormerOneLinger) {
    run([] {
        endpoint local;
        {
            tcp_listener listener{"127.0.0.1:0"};
            local = listener.local_endpoint();
            auto client = tcp_stream::connect(local);
            auto server = listener.accept();
            server.close(); // first, so that the server's end lingers in TIME_WAIT
            EXPECT_EQ(test::read_text(client), "");
        }
        const tcp_listener again{local};
        EXPECT_EQ(again.local_endpoint(), local);

        std::error_code ec;
        const tcp_listener strict{local, {.reuse_address = false}, ec};
        EXPECT_EQ(ec, std::errc::address_in_use);
    });
}

TEST_P(TcpListener, ReusePortLetsTwoShareAPort) {
    run([] {
        const tcp_listener first{"127.0.0.1:0", {.reuse_port = true}};
        const tcp_listener second{first.local_endpoint(), {.reuse_port = true}};
        EXPECT_EQ(first.local_endpoint(), second.local_endpoint());
        std::error_code ec;
        const tcp_listener third{first.local_endpoint(), {}, ec};
        EXPECT_EQ(ec, std::errc::address_in_use);
    });
}

TEST_P(TcpListener, OnAnyV6AddressAlsoAcceptsV4) {
    run([] {
        tcp_listener listener{"[::]:0"};
        const endpoint v4{netio::ip_address::loopback_v4(), listener.local_endpoint().port()};
        const auto client = tcp_stream::connect(v4);
        const auto server = listener.accept();
        EXPECT_TRUE(server.remote_endpoint().address().is_v4_mapped());
        EXPECT_EQ(server.remote_endpoint().address().unmapped(), netio::ip_address::loopback_v4());
    });
}

TEST_P(TcpListener, OnlyV6LeavesV4Alone) {
    run([] {
        const tcp_listener listener{"[::]:0", {.only_v6 = true}};
        const endpoint v4{netio::ip_address::loopback_v4(), listener.local_endpoint().port()};
        std::error_code ec;
        tcp_stream::connect(v4, ec);
        EXPECT_EQ(ec, std::errc::connection_refused);
    });
}

TEST_P(TcpListener, AcceptWaitsForAConnection) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        auto acceptor = start([&] {
            auto stream = listener.accept();
            stream.write_all(netio::buffer("hello"));
        });
        settle();
        auto client = tcp_stream::connect(listener.local_endpoint());
        EXPECT_EQ(test::read_text(client), "hello");
        acceptor.join();
    });
}

TEST_P(TcpListener, IncomingEndsWhenTheListenerIsClosed) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        int served = 0;
        auto server = start([&] {
            for (auto stream : listener.incoming()) {
                stream.write_all(netio::buffer("hello"));
                ++served;
            }
        });
        for (int i = 0; i != 3; ++i) {
            auto client = tcp_stream::connect(listener.local_endpoint());
            EXPECT_EQ(test::read_text(client), "hello");
        }
        listener.close();
        server.join();
        EXPECT_EQ(served, 3);
        for (auto stream : listener.incoming())
            ADD_FAILURE() << "a closed listener gave " << stream.remote_endpoint();
    });
}

TEST_P(TcpListener, SeveralAcceptAtOnceAndEachConnectionGoesToOne) {
    run([&] {
        constexpr int acceptors = 4, connections = 100;
        tcp_listener listener{"127.0.0.1:0"};
        std::atomic<int> accepted = 0;
        std::vector<test::task> servers;
        for (int i = 0; i != acceptors; ++i)
            servers.push_back(start([&] {
                for (auto stream : listener.incoming()) {
                    stream.write_all(netio::buffer("x"));
                    ++accepted;
                }
            }));
        for (int i = 0; i != connections; ++i) {
            auto client = tcp_stream::connect(listener.local_endpoint());
            EXPECT_EQ(test::read_text(client), "x");
        }
        listener.close();
        for (auto& server : servers)
            server.join();
        EXPECT_EQ(accepted, connections);
    });
}

TEST_P(TcpListener, ABurstWakesEveryAcceptor) {
    run([&] {
        // Nobody accepts a second time: no connection may stay behind while an acceptor sleeps.
        constexpr int count = 8;
        tcp_listener listener{"127.0.0.1:0"};
        std::vector<test::task> acceptors;
        for (int i = 0; i != count; ++i)
            acceptors.push_back(start([&] { EXPECT_TRUE(listener.accept().is_open()); }));
        settle();
        std::vector<tcp_stream> clients;
        for (int i = 0; i != count; ++i)
            clients.push_back(tcp_stream::connect(listener.local_endpoint()));
        for (auto& acceptor : acceptors)
            acceptor.join();
    });
}

TEST_P(TcpListener, ConnectionsWaitInTheBacklogInTheirOrder) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        std::vector<tcp_stream> clients;
        for (int i = 0; i != 20; ++i)
            clients.push_back(tcp_stream::connect(listener.local_endpoint()));
        for (const auto& client : clients)
            EXPECT_EQ(listener.accept().remote_endpoint(), client.local_endpoint());
    });
}

TEST_P(TcpListener, ClosingResetsWhatNobodyAccepted) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        auto client = tcp_stream::connect(listener.local_endpoint());
        listener.close();
        std::array<std::byte, 1> byte;
        std::error_code ec;
        client.read(byte, ec);
        EXPECT_EQ(ec, std::errc::connection_reset);
    });
}

TEST_P(TcpListener, AListenerThatDoesNotListenFailsEverywhere) {
    run([] {
        tcp_listener closed{"127.0.0.1:0"};
        closed.close();
        tcp_listener none;
        for (tcp_listener* listener : {&none, &closed}) {
            std::error_code ec;
            EXPECT_FALSE(listener->accept(ec).is_open());
            EXPECT_EQ(ec, std::errc::bad_file_descriptor);
            listener->release(ec);
            EXPECT_EQ(ec, std::errc::bad_file_descriptor);
            EXPECT_THROW(listener->accept(), std::system_error);
            EXPECT_FALSE(listener->is_open());
            EXPECT_EQ(listener->native_handle(), -1);
            listener->close();
        }
    });
}

TEST_P(TcpListener, ExceptionsNameTheEndpointOfAClosedListenerToo) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        listener.close();
        try {
            listener.accept();
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.what(), "cannot accept on " + listener.local_endpoint().to_string() +
                                    ": Bad file descriptor");
        }
    });
}

TEST_P(TcpListener, ReleasedAndAdoptedItGoesOnListening) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        const endpoint local = listener.local_endpoint();
        auto early = tcp_stream::connect(local);
        const int fd = listener.release();
        EXPECT_FALSE(listener.is_open());
        ::fcntl(fd, F_SETFL, 0);

        auto again = tcp_listener::adopt(fd);
        EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK);
        EXPECT_EQ(again.local_endpoint(), local);
        EXPECT_EQ(again.accept().remote_endpoint(), early.local_endpoint());
    });
}

TEST_P(TcpListener, AdoptRefusesWhatDoesNotListenOnTcp) {
    run([] {
        std::error_code ec;
        tcp_listener::adopt(-1, ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);

        const int idle = ::socket(AF_INET, SOCK_STREAM, 0);
        tcp_listener::adopt(idle, ec);
        EXPECT_EQ(ec, std::errc::invalid_argument);
        EXPECT_THROW(tcp_listener::adopt(idle), std::system_error);

        std::array<int, 2> pair;
        ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
        tcp_listener::adopt(pair[0], ec);
        EXPECT_EQ(ec, std::errc::address_family_not_supported);

        for (const int fd : {idle, pair[0], pair[1]})
            EXPECT_EQ(::close(fd), 0) << "still the caller's";
    });
}

TEST_P(TcpListener, MovesWithItsBacklog) {
    run([] {
        tcp_listener first{"127.0.0.1:0"};
        auto client = tcp_stream::connect(first.local_endpoint());
        tcp_listener second{std::move(first)};
        EXPECT_FALSE(first.is_open());
        EXPECT_EQ(second.accept().remote_endpoint(), client.local_endpoint());
    });
}

} // namespace
