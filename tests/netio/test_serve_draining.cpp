// How a server ends.

#include <tests/netio/connections.hpp>
#include <tests/netio/serving.hpp>

#include <netio/serve.hpp>

#include <fibers/cancellation.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/sync/stop_token.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::buffer;
using netio::tcp_listener;
using netio::tcp_stream;
using test::echo;
using test::is_echoed;
using test::is_ended;

class ServeDraining : public test::serve_everywhere {};
INSTANTIATE_TEST_SUITE_P(Fibers, ServeDraining, test::fibers_only);

TEST_P(ServeDraining, EndsWhenItsStopTokenOrDeadlineSaysSoOrItsListenerIsClosed) {
    run([&] {
        fibers::stop_source source;
        tcp_listener first{"127.0.0.1:0"}, second{"127.0.0.1:0"}, third{"127.0.0.1:0"};
        auto by_token = start([&] { netio::serve(first, echo, {.stop = source.get_token()}); });
        auto by_deadline = start([&] {
            const fibers::timeout_scope limit{80ms};
            netio::serve(second, echo, {.drain_timeout = 10s});
        });
        auto by_listener = start([&] { netio::serve(third, echo); });
        auto client = tcp_stream::connect(second.local_endpoint());
        settle();
        EXPECT_TRUE(first.is_open());
        EXPECT_TRUE(third.is_open());
        source.request_stop();
        by_token.join();
        third.close();
        by_listener.join();
        fibers::this_fiber::sleep_for(100ms);
        EXPECT_TRUE(is_echoed(client, "the deadline was not the connection's"));
        client.close();
        by_deadline.join();
        EXPECT_FALSE(first.is_open());
        EXPECT_FALSE(second.is_open());
    });
}

TEST_P(ServeDraining, ServesNobodyWhenItWasAskedToStopBefore) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        netio::server server;
        server.request_stop();
        server.serve(listener, echo);
        EXPECT_FALSE(listener.is_open());
        EXPECT_EQ(server.counts().accepted, 0u);
    });
}

TEST_P(ServeDraining, ServesWhoHasConnectedBeforeTheStop) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        std::vector<tcp_stream> clients;
        for (int i = 0; i != 10; ++i) {
            clients.push_back(tcp_stream::connect(listener.local_endpoint()));
            clients.back().write_all(buffer("in the backlog"));
            clients.back().shutdown_write();
        }
        netio::server server;
        server.request_stop();
        server.serve(listener, echo);
        EXPECT_EQ(server.counts().drained, 10u);
        for (auto& client : clients)
            EXPECT_EQ(test::read_text(client), "in the backlog");
    });
}

TEST_P(ServeDraining, LetsConnectionsFinishAndTellsHowManyThereAre) {
    std::size_t open = 0;
    std::optional<tcp_stream> client;
    const auto counts = serve({.on_drain =
                                   [&](std::size_t count) {
                                       open = count;
                                       EXPECT_TRUE(is_echoed(*client, "afterwards"));
                                       client->close();
                                       throw std::runtime_error{"which hurts nobody"};
                                   }},
                              echo, [&](netio::server&, netio::endpoint address) {
                                  client = tcp_stream::connect(address);
                                  EXPECT_TRUE(is_echoed(*client, "before"));
                              });
    EXPECT_EQ(open, 1u);
    EXPECT_EQ(counts.drained, 1u);
    EXPECT_EQ(counts.completed, 1u);
}

TEST_P(ServeDraining, StopsConnectionsThatTakeTooLong) {
    std::optional<tcp_stream> client;
    const auto begin = std::chrono::steady_clock::now();
    const auto counts = serve({.drain_timeout = 50ms, .stop_timeout = 10s}, echo,
                              [&](netio::server&, netio::endpoint address) {
                                  client = tcp_stream::connect(address);
                                  EXPECT_TRUE(is_echoed(*client, "before"));
                              });
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 50ms);
    EXPECT_EQ(counts.stopped, 1u);
    EXPECT_EQ(counts.interrupted, 1u);
}

TEST_P(ServeDraining, ClosesTheStreamsOfThoseThatDoNotObey) {
    std::vector<std::unique_ptr<tcp_stream>> kept; // the handlers' streams move
    fibers::mutex mutex;
    const auto stubborn = [&](tcp_stream stream) {
        const fibers::cancellation_shield shield;
        auto moved = std::make_unique<tcp_stream>(std::move(stream));
        std::array<std::byte, 1> byte;
        try {
            while (moved->read(byte) != 0) {
            }
        } catch (...) {
            const std::scoped_lock lock{mutex};
            kept.push_back(std::move(moved));
            throw;
        }
    };
    std::vector<tcp_stream> clients;
    const auto counts = serve({.drain_timeout = 20ms, .stop_timeout = 20ms}, stubborn,
                              [&](netio::server& server, netio::endpoint address) {
                                  for (int i = 0; i != 3; ++i)
                                      clients.push_back(tcp_stream::connect(address));
                                  wait_until_open(server, 3);
                              });
    EXPECT_EQ(counts.closed, 3u);
    EXPECT_EQ(counts.interrupted, 3u);
    ASSERT_EQ(kept.size(), 3u);
    for (const auto& stream : kept)
        EXPECT_FALSE(stream->is_open());
    run([&] {
        for (auto& client : clients)
            EXPECT_TRUE(is_ended(client));
    });
}

TEST_P(ServeDraining, TellsHandlersThatItDrains) {
    netio::server* current = nullptr;
    std::atomic<bool> was_told = false;
    const auto handle = [&](tcp_stream stream) {
        stream.write_all(buffer("x"));
        while (!current->draining().stop_requested())
            fibers::this_fiber::sleep_for(1ms);
        was_told = true;
    };
    std::optional<tcp_stream> client;
    // The handler finds its server by a pointer that is set before anybody connects.
    const auto counts = serve({}, handle, [&](netio::server& server, netio::endpoint address) {
        current = &server;
        client = tcp_stream::connect(address);
        wait_until_open(server, 1);
        EXPECT_FALSE(was_told);
    });
    EXPECT_TRUE(was_told);
    EXPECT_EQ(counts.drained, 1u);
}

TEST_P(ServeDraining, StopsAlsoWhileItIsFull) {
    std::optional<tcp_stream> served, waiting;
    const auto counts = serve({.max_connections = 1,
                               .on_drain =
                                   [&](std::size_t) {
                                       EXPECT_TRUE(is_ended(*waiting));
                                       served->close();
                                   }},
                              echo, [&](netio::server& server, netio::endpoint address) {
                                  served = tcp_stream::connect(address);
                                  wait_until_open(server, 1);
                                  waiting = tcp_stream::connect(address);
                              });
    EXPECT_EQ(counts.accepted, 1u);
}

/// A listener that fails for good after the first connection.
class failing_listener {
  public:
    explicit failing_listener(tcp_listener& from) : from_{from} {}

    tcp_stream accept() {
        if (!first_)
            throw std::system_error{std::make_error_code(std::errc::io_error), "cannot accept"};
        first_ = false;
        return from_.accept();
    }
    tcp_stream accept(std::error_code& ec) { return from_.accept(ec); }
    void close() noexcept { from_.close(); }

  private:
    tcp_listener& from_;
    bool first_ = true;
};

TEST_P(ServeDraining, DrainsAndThrowsWhatItsListenerHasFailedWith) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        auto client = tcp_stream::connect(listener.local_endpoint());
        netio::server server;
        auto serving = start([&] {
            try {
                server.serve(failing_listener{listener}, echo);
                ADD_FAILURE() << "nothing was thrown";
            } catch (const std::system_error& error) {
                EXPECT_EQ(error.code(), std::errc::io_error);
            }
        });
        EXPECT_TRUE(is_echoed(client, "it fails meanwhile"));
        EXPECT_FALSE(listener.is_open());
        client.close();
        serving.join();
        EXPECT_EQ(server.counts().drained, 1u);
    });
}

/// A listener to which somebody comes whenever it accepts.
class busy_listener {
  public:
    tcp_stream accept() {
        if (std::chrono::steady_clock::now() > end_)
            throw std::system_error{std::make_error_code(std::errc::io_error), "cannot accept"};
        if (fibers::this_fiber::stop_requested())
            throw std::system_error{std::make_error_code(std::errc::operation_canceled)};
        const fibers::cancellation_shield shield; // it is never too late for the next one
        const auto client = tcp_stream::connect(from_.local_endpoint());
        return from_.accept();
    }
    tcp_stream accept(std::error_code& ec) { return from_.accept(ec); }
    void close() noexcept { from_.close(); }
    bool has_ended() const { return std::chrono::steady_clock::now() > end_; }

  private:
    tcp_listener from_{"127.0.0.1:0"};
    const std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + 2s;
};

TEST_P(ServeDraining, StopsAlsoWhileOthersKeepComing) {
    run([&] {
        busy_listener listener;
        netio::server server;
        server.request_stop();
        server.serve(listener, [](tcp_stream) {});
        EXPECT_FALSE(listener.has_ended());
        EXPECT_GT(server.counts().accepted, 0u);
    });
}

TEST_P(ServeDraining, ClosesConnectionsThatEndJustThen) {
    for (int round = 0; round != 20; ++round) {
        std::vector<tcp_stream> clients;
        // Shielded from the stop, they end by themselves or by being closed, at random.
        const auto handle = [](tcp_stream stream) {
            const fibers::cancellation_shield shield;
            echo(std::move(stream));
        };
        const auto counts = serve({.drain_timeout = 1ms, .stop_timeout = 1ms}, handle,
                                  [&](netio::server& server, netio::endpoint address) {
                                      for (int i = 0; i != 30; ++i)
                                          clients.push_back(tcp_stream::connect(address));
                                      wait_until_open(server, 30);
                                      server.request_stop();
                                      fibers::this_fiber::sleep_for(2ms);
                                      clients.resize(15);
                                  });
        EXPECT_EQ(counts.accepted, 30u);
        EXPECT_EQ(counts.completed + counts.broken + counts.interrupted, 30u);
        EXPECT_EQ(counts.drained + counts.stopped + counts.closed, 30u);
    }
}

} // namespace
