// Closing under those who are blocked: by the same worker, another one, a plain thread.

#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using netio::buffer;
using netio::tcp_listener;
using netio::tcp_stream;

class TcpClose : public test::everywhere {
  protected:
    /// Starts `operation(ec)`, calls `close` once that blocks, and expects that it ended.
    template <class Operation>
    void expect_ended(Operation operation, const std::function<void()>& close) {
        std::error_code ec;
        auto blocked = start([&] { operation(ec); });
        settle();
        close();
        blocked.join();
        EXPECT_EQ(ec, std::errc::bad_file_descriptor) << ec.message();
    }

    static void in_a_thread(const std::function<void()>& body) { std::jthread{body}.join(); }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, TcpClose, test::every_place);

TEST_P(TcpClose, EndsABlockedRead) {
    run([&] {
        auto [client, server] = test::connect();
        std::array<std::byte, 8> bytes;
        expect_ended([&, &stream = server](auto& ec) { stream.read(bytes, ec); },
                     [&stream = server] { stream.close(); });
        EXPECT_EQ(test::read_text(client), "") << "and the peer is told";
    });
}

TEST_P(TcpClose, ByAPlainThreadEndsABlockedRead) {
    run([&] {
        auto [client, server] = test::connect();
        std::array<std::byte, 8> bytes;
        expect_ended([&, &stream = server](auto& ec) { stream.read(bytes, ec); },
                     [&stream = server] { in_a_thread([&] { stream.close(); }); });
        EXPECT_EQ(test::read_text(client), "");
    });
}

TEST_P(TcpClose, EndsABlockedWrite) {
    run([&] {
        auto [client, server] = test::connect();
        const std::size_t taken = test::fill(server);
        expect_ended([&stream = server](auto& ec) { stream.write_all(buffer("x"), ec); },
                     [&stream = server] { stream.close(); });
        EXPECT_EQ(test::read_text(client).size(), taken) << "what was written before arrives";
    });
}

TEST_P(TcpClose, ByAPlainThreadEndsABlockedWrite) {
    run([&] {
        auto [client, server] = test::connect();
        test::fill(server);
        expect_ended([&stream = server](auto& ec) { stream.write_all(buffer("x"), ec); },
                     [&stream = server] { in_a_thread([&] { stream.close(); }); });
    });
}

TEST_P(TcpClose, EndsABlockedAccept) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        const auto local = listener.local_endpoint();
        expect_ended([&](auto& ec) { listener.accept(ec); }, [&] { listener.close(); });
        std::error_code ec;
        tcp_stream::connect(local, ec);
        EXPECT_EQ(ec, std::errc::connection_refused);
    });
}

TEST_P(TcpClose, ByAPlainThreadEndsABlockedAccept) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        expect_ended([&](auto& ec) { listener.accept(ec); },
                     [&] { in_a_thread([&] { listener.close(); }); });
    });
}

TEST_P(TcpClose, EndsEveryoneWhoIsBlocked) {
    run([&] {
        auto [client, server] = test::connect();
        test::fill(server);
        std::vector<test::task> blocked;
        for (int i = 0; i != 6; ++i)
            blocked.push_back(start([i, &stream = server] {
                std::array<std::byte, 8> bytes{};
                std::error_code ec;
                i % 2 ? stream.read(bytes, ec) : stream.write(bytes, ec);
                EXPECT_EQ(ec, std::errc::bad_file_descriptor);
            }));
        settle();
        server.close();
        for (auto& task : blocked)
            task.join();
    });
}

TEST_P(TcpClose, LaterCallsFailAndClosingAgainDoesNothing) {
    run([] {
        auto [client, server] = test::connect();
        const int number = server.native_handle();
        server.close();
        const auto other = test::connect(); // takes the number over
        EXPECT_TRUE(other.client.native_handle() == number ||
                    other.server.native_handle() == number);
        server.close();
        std::array<std::byte, 8> bytes{};
        std::error_code ec;
        server.read(bytes, ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        server.write(bytes, ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        server.shutdown_write(ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        EXPECT_TRUE(other.client.is_open());
        EXPECT_EQ(other.client.local_endpoint(), other.server.remote_endpoint());
    });
}

TEST_P(TcpClose, AReusedNumberNeverWakesAStaleWaiter) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        for (int i = 0; i != 50; ++i) {
            auto old_client = tcp_stream::connect(listener.local_endpoint());
            auto old_server = listener.accept();
            const int number = old_server.native_handle();
            std::error_code stale_ec;
            std::string stale_text(8, '?');
            auto stale = start([&] { old_server.read(buffer(stale_text), stale_ec); });
            fibers::this_fiber::sleep_for(std::chrono::milliseconds{1});
            old_server.close();

            // Until the number comes again, beside the stale reader that may not have run yet.
            std::vector<test::connection> others;
            while (others.empty() || others.back().server.native_handle() != number) {
                others.push_back(test::connection{});
                others.back().client = tcp_stream::connect(listener.local_endpoint());
                others.back().server = listener.accept();
                if (others.size() > 8)
                    break; // the number went to a client
            }
            auto& [client, server] = others.back();
            client.write_all(buffer("for the new one"));
            client.shutdown_write();
            EXPECT_EQ(test::read_text(server), "for the new one");
            stale.join();
            EXPECT_EQ(stale_ec, std::errc::bad_file_descriptor);
            EXPECT_EQ(stale_text, "????????");
        }
    });
}

TEST_P(TcpClose, AStreamMayOutliveTheRuntimeThatItWaitedIn) {
    test::connection kept;
    run([&] {
        kept = test::connect();
        auto reader = start([&] {
            std::array<std::byte, 1> byte;
            kept.server.read_exactly(byte);
        });
        settle();
        kept.client.write_all(buffer("x"));
        reader.join();
    });
    // In another runtime, and at last in none.
    run([&] {
        auto reader = start([&] {
            std::string text(3, '\0');
            kept.server.read_exactly(buffer(text));
            EXPECT_EQ(text, "abc");
        });
        settle();
        kept.client.write_all(buffer("abc"));
        reader.join();
    });
    kept.client.write_all(buffer("end"));
    kept.client.close();
    EXPECT_EQ(test::read_text(kept.server), "end");
}

TEST(TcpCloseAcross, RuntimesAreServedByEachOthersStreams) {
    fibers::run([] {
        auto [client, server] = test::connect();
        std::error_code ec;
        std::jthread other{[&, &stream = server] {
            fibers::run([&] {
                std::array<std::byte, 8> bytes;
                EXPECT_EQ(stream.read(bytes), 1u);
                stream.read(bytes, ec);
            });
        }};
        client.write_all(buffer("x"));
        fibers::this_fiber::sleep_for(std::chrono::milliseconds{50});
        server.close();
        other.join();
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
    });
}

} // namespace
