// Megabytes, compared byte for byte.

#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <fibers/this_fiber.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <memory>
#include <sys/time.h>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::tcp_stream;

class TcpTransfer : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TcpTransfer, test::every_place);

TEST_P(TcpTransfer, OneReadsWhileAnotherWritesTheSameStreamBothWays) {
    run([&] {
        auto [client, server] = test::connect();
        const auto upwards = test::pattern(4 << 20, 1), downwards = test::pattern(4 << 20, 2);
        const auto write = [&](tcp_stream& stream, const std::vector<std::byte>& bytes) {
            return start([&] {
                stream.write_all(bytes);
                stream.shutdown_write();
            });
        };
        const auto read = [&](tcp_stream& stream, const std::vector<std::byte>& expected) {
            return start([&] {
                std::vector<std::byte> received(expected.size());
                stream.read_exactly(received);
                EXPECT_EQ(received, expected);
                EXPECT_EQ(stream.read(received), 0u);
            });
        };
        std::vector<test::task> tasks;
        tasks.push_back(write(client, upwards));
        tasks.push_back(write(server, downwards));
        tasks.push_back(read(client, downwards));
        tasks.push_back(read(server, upwards));
        for (auto& task : tasks)
            task.join();
    });
}

TEST_P(TcpTransfer, ASlowReaderGetsEveryByteOfPartialWrites) {
    run([&] {
        auto [client, server] = test::connect();
        // Much smaller than what is sent, so that hardly a write is taken whole.
        server.set_option(netio::send_buffer_size{16'384});
        const auto sent = test::pattern(2 << 20);
        std::size_t partial = 0;
        auto writer = start([&, &stream = server] {
            for (netio::const_buffer rest{sent}; !rest.empty();) {
                const std::size_t count = stream.write(rest);
                EXPECT_NE(count, 0u);
                partial += count != rest.size();
                rest = rest.subspan(count);
            }
            stream.shutdown_write();
        });
        std::vector<std::byte> received;
        std::array<std::byte, 15'000> piece;
        while (const std::size_t count = client.read(piece)) {
            received.insert(received.end(), piece.begin(), piece.begin() + count);
            if (received.size() % 16 == 0)
                fibers::this_fiber::sleep_for(1ms);
        }
        writer.join();
        EXPECT_EQ(received, sent);
        EXPECT_GT(partial, 10u);
    });
}

TEST_P(TcpTransfer, ManyConnectionsEchoAtOnce) {
    run([&] {
        netio::tcp_listener listener{"127.0.0.1:0"};
        std::vector<test::task> handlers;
        auto server = start([&] {
            for (auto stream : listener.incoming())
                handlers.push_back(
                    start([shared = std::make_shared<tcp_stream>(std::move(stream))] {
                        std::array<std::byte, 1000> bytes;
                        while (const std::size_t count = shared->read(bytes))
                            shared->write_all(std::span{bytes}.first(count));
                    }));
        });
        std::vector<test::task> clients;
        for (unsigned i = 0; i != 40; ++i)
            clients.push_back(start([&, i] {
                auto stream = tcp_stream::connect(listener.local_endpoint());
                for (unsigned round = 0; round != 40; ++round) {
                    const auto sent = test::pattern(1 + 997 * round % 4000, i * 100 + round);
                    std::vector<std::byte> received(sent.size());
                    stream.write_all(sent);
                    stream.read_exactly(received);
                    ASSERT_EQ(received, sent);
                }
            }));
        for (auto& client : clients)
            client.join();
        listener.close();
        server.join();
        for (auto& handler : handlers)
            handler.join();
    });
}

/// Interrupts the process with a signal every millisecond.
class signal_storm {
  public:
    signal_storm() {
        struct sigaction action {};
        action.sa_handler = [](int) { ++count; };
        // Without SA_RESTART: system calls see EINTR.
        ::sigaction(SIGALRM, &action, &former_);
        const itimerval every{{0, 1000}, {0, 1000}};
        ::setitimer(ITIMER_REAL, &every, nullptr);
    }
    ~signal_storm() {
        const itimerval never{};
        ::setitimer(ITIMER_REAL, &never, nullptr);
        ::sigaction(SIGALRM, &former_, nullptr);
    }
    signal_storm(const signal_storm&) = delete;
    signal_storm& operator=(const signal_storm&) = delete;

    static inline std::atomic<int> count = 0;

  private:
    struct sigaction former_;
};

TEST_P(TcpTransfer, AStormOfSignalsDisturbsNothing) {
    const signal_storm storm;
    signal_storm::count = 0;
    run([&] {
        auto [client, server] = test::connect();
        const auto sent = test::pattern(4 << 20);
        auto writer = start([&, &stream = server] {
            const std::size_t piece = sent.size() / 16;
            for (std::size_t i = 0; i != 16; ++i) {
                fibers::this_fiber::sleep_for(5ms); // so that the reader has to wait
                stream.write_all(std::span{sent}.subspan(i * piece, piece));
            }
        });
        std::vector<std::byte> received(sent.size());
        client.read_exactly(received);
        writer.join();
        EXPECT_EQ(received, sent);
    });
    EXPECT_GT(signal_storm::count, 10);
}

} // namespace
