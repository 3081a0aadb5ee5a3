#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <fcntl.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using netio::tcp_listener;
using netio::tcp_stream;

class TcpConnect : public test::everywhere {
  protected:
    /// A port on which nobody listens.
    static netio::endpoint deserted() { return tcp_listener{"127.0.0.1:0"}.local_endpoint(); }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, TcpConnect, test::every_place);

TEST_P(TcpConnect, ReachesAListenerOverV4AndV6) {
    run([] {
        for (const char* local : {"127.0.0.1:0", "[::1]:0"}) {
            tcp_listener listener{local};
            auto client = tcp_stream::connect(listener.local_endpoint());
            auto server = listener.accept();
            EXPECT_EQ(client.remote_endpoint(), listener.local_endpoint());
            EXPECT_EQ(server.remote_endpoint(), client.local_endpoint());
            client.write_all(netio::buffer("x"));
            client.close();
            EXPECT_EQ(test::read_text(server), "x");
        }
    });
}

TEST_P(TcpConnect, FailsWithConnectionRefusedWhereNobodyListens) {
    run([] {
        const std::size_t before = test::open_descriptors();
        std::error_code ec;
        EXPECT_FALSE(tcp_stream::connect(deserted(), ec).is_open());
        EXPECT_EQ(ec, std::errc::connection_refused);
        EXPECT_EQ(test::open_descriptors(), before);
    });
}

TEST_P(TcpConnect, TheExceptionNamesTheEndpoint) {
    run([] {
        const netio::endpoint nobody = deserted();
        try {
            tcp_stream::connect(nobody);
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.what(), "cannot connect to " + nobody.to_string() + ": Connection refused");
        }
    });
}

TEST_P(TcpConnect, FailsAtOnceForAnAddressThatCannotBeReached) {
    run([] {
        std::error_code ec;
        tcp_stream::connect("255.255.255.255:80", ec);
        EXPECT_TRUE(ec);
    });
}

TEST_P(TcpConnect, MakesSocketsThatDoNotBlockAndAreNotInherited) {
    run([] {
        const auto [client, server] = test::connect();
        for (const tcp_stream* stream : {&client, &server}) {
            EXPECT_TRUE(::fcntl(stream->native_handle(), F_GETFL) & O_NONBLOCK);
            EXPECT_TRUE(::fcntl(stream->native_handle(), F_GETFD) & FD_CLOEXEC);
        }
    });
}

TEST_P(TcpConnect, ManyAtOnceAllArrive) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        std::vector<test::task> clients;
        for (int i = 0; i != 50; ++i)
            clients.push_back(start([&] {
                auto stream = tcp_stream::connect(listener.local_endpoint());
                EXPECT_EQ(test::read_text(stream), stream.local_endpoint().to_string());
            }));
        for (int i = 0; i != 50; ++i) {
            auto stream = listener.accept();
            stream.write_all(netio::buffer(stream.remote_endpoint().to_string()));
        }
        for (auto& client : clients)
            client.join();
    });
}

} // namespace
