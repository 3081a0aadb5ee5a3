#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <fibers/this_fiber.hpp>

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace {

using netio::buffer;

class TcpStop : public test::everywhere {
  protected:
    /// Starts `operation(ec)` in a fiber, asks that to stop, at once or once it blocks, and expects
    /// that the operation is cancelled.
    template <class Operation>
    void expect_canceled(Operation operation) {
        for (const bool already : {true, false}) {
            std::error_code ec;
            auto task = start([&] { operation(ec); });
            if (!already)
                settle();
            task.request_stop();
            task.join();
            EXPECT_EQ(ec, std::errc::operation_canceled) << ec.message();
        }
    }
};
INSTANTIATE_TEST_SUITE_P(Fibers, TcpStop, test::fibers_only);

TEST_P(TcpStop, CancelsARead) {
    run([&] {
        auto [client, server] = test::connect();
        std::array<std::byte, 8> bytes;
        expect_canceled([&, &stream = server](auto& ec) { stream.read(bytes, ec); });
        client.write_all(buffer("x"));
        EXPECT_EQ(server.read(bytes), 1u) << "others may go on";
    });
}

TEST_P(TcpStop, CancelsAWrite) {
    run([&] {
        auto [client, server] = test::connect();
        std::size_t taken = test::fill(server);
        expect_canceled(
            [&, &stream = server](auto& ec) { taken += stream.write(buffer("x"), ec); });
        server.shutdown_write();
        EXPECT_EQ(test::read_text(client).size(), taken);
    });
}

TEST_P(TcpStop, CancelsAnAccept) {
    run([&] {
        netio::tcp_listener listener{"127.0.0.1:0"};
        expect_canceled([&](auto& ec) { listener.accept(ec); });
        const auto client = netio::tcp_stream::connect(listener.local_endpoint());
        EXPECT_EQ(listener.accept().remote_endpoint(), client.local_endpoint());
    });
}

TEST_P(TcpStop, CancelsAConnect) {
    run([&] {
        const netio::tcp_listener listener{"127.0.0.1:0", {.backlog = 0}};
        const std::size_t before = test::open_descriptors();
        expect_canceled([&](auto& ec) {
            std::vector<netio::tcp_stream> waiting;
            while (!ec && waiting.size() != 10)
                waiting.push_back(netio::tcp_stream::connect(listener.local_endpoint(), ec));
        });
        EXPECT_EQ(test::open_descriptors(), before);
    });
}

TEST_P(TcpStop, EndsIncomingQuietly) {
    run([&] {
        netio::tcp_listener listener{"127.0.0.1:0"};
        int served = 0;
        auto server = start([&] {
            for (auto stream : listener.incoming()) {
                stream.write_all(buffer("welcome"));
                ++served;
            }
            EXPECT_TRUE(fibers::this_fiber::stop_requested());
        });
        for (int i = 0; i != 3; ++i) {
            auto client = netio::tcp_stream::connect(listener.local_endpoint());
            EXPECT_EQ(test::read_text(client), "welcome");
        }
        server.request_stop();
        server.join();
        EXPECT_EQ(served, 3);
        EXPECT_TRUE(listener.is_open());
    });
}

TEST_P(TcpStop, DroppingAFiberEndsItsRead) {
    run([&] {
        auto [client, server] = test::connect();
        {
            const auto dropped = start([&stream = server] { test::read_text(stream); });
            settle();
        }
        SUCCEED();
    });
}

TEST_P(TcpStop, OneOfSeveralReadersIsStoppedAndTheOthersAreNot) {
    run([&] {
        auto [client, server] = test::connect();
        std::array<std::error_code, 3> ec;
        std::vector<test::task> readers;
        for (auto& mine : ec)
            readers.push_back(start([&mine, &stream = server] {
                std::array<std::byte, 1> byte;
                stream.read(byte, mine);
            }));
        settle();
        readers[1].request_stop();
        readers[1].join();
        client.write_all(buffer("xy"));
        readers[0].join();
        readers[2].join();
        EXPECT_FALSE(ec[0]);
        EXPECT_EQ(ec[1], std::errc::operation_canceled);
        EXPECT_FALSE(ec[2]);
    });
}

} // namespace
