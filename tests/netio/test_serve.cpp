#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/error.hpp>
#include <netio/serve.hpp>
#include <netio/unix_listener.hpp>

#include <fibers/cancellation.hpp>
#include <fibers/runtime.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::buffer;
using netio::serve_counts;
using netio::serve_options;
using netio::tcp_listener;
using netio::tcp_stream;

void echo(tcp_stream stream) {
    std::array<std::byte, 64> bytes;
    while (const std::size_t count = stream.read(bytes))
        stream.write_all(std::span{bytes}.first(count));
}

bool is_echoed(tcp_stream& client, const std::string& text) {
    client.write_all(buffer(text));
    std::string back(text.size(), '\0');
    std::error_code ec;
    client.read_exactly(buffer(back), ec);
    return !ec && back == text;
}

/// Whether the server has ended the connection.
bool is_ended(tcp_stream& client) {
    std::array<std::byte, 1> byte;
    std::error_code ec;
    return client.read(byte, ec) == 0 && ec != std::errc::timed_out;
}

class Serve : public test::everywhere {
  protected:
    /// Calls `body(server, client's endpoint)` while `handle` serves.
    template <class Handler, class Body>
    serve_counts serve(serve_options options, Handler handle, Body body) {
        serve_counts counts;
        run([&] {
            tcp_listener listener{"127.0.0.1:0"};
            netio::server server{std::move(options)};
            auto serving = start([&] { server.serve(listener, handle); });
            const fibers::timeout_scope limit{10s};
            body(server, listener.local_endpoint());
            server.request_stop();
            serving.join();
            EXPECT_FALSE(listener.is_open());
            counts = server.counts();
        });
        EXPECT_EQ(counts.open(), 0u);
        EXPECT_LE(counts.drained + counts.stopped + counts.closed, counts.accepted);
        return counts;
    }

    static void wait_until_open(const netio::server& server, std::uint64_t count) {
        while (server.counts().open() != count)
            fibers::this_fiber::sleep_for(1ms);
    }
};
INSTANTIATE_TEST_SUITE_P(Fibers, Serve, test::fibers_only);

TEST_P(Serve, CallsTheHandlerForEachConnection) {
    const auto counts = serve({}, echo, [](netio::server& server, netio::endpoint address) {
        std::vector<tcp_stream> clients;
        for (int i = 0; i != 20; ++i)
            clients.push_back(tcp_stream::connect(address));
        for (auto& client : clients)
            EXPECT_TRUE(is_echoed(client, "to each its own"));
        EXPECT_EQ(server.counts().accepted, 20u);
        EXPECT_EQ(server.counts().open(), 20u);
        clients.resize(5);
        wait_until_open(server, 5);
        EXPECT_EQ(server.counts().completed, 15u);
    });
    EXPECT_EQ(counts.accepted, 20u);
    EXPECT_EQ(counts.completed, 20u);
}

TEST_P(Serve, NamesTheFibersAfterThePeers) {
    const auto tell_name = [](tcp_stream stream) {
        stream.write_all(buffer(fibers::this_fiber::name()));
    };
    serve({}, tell_name, [](netio::server&, netio::endpoint address) {
        auto client = tcp_stream::connect(address);
        EXPECT_EQ(test::read_text(client), client.local_endpoint().to_string());
    });
}

TEST_P(Serve, ReturnsItsCountsWhereItIsAFunction) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        serve_counts counts;
        auto serving = start([&] { counts = netio::serve(listener, echo); });
        {
            auto client = tcp_stream::connect(listener.local_endpoint());
            EXPECT_TRUE(is_echoed(client, "hello"));
        }
        serving.request_stop();
        serving.join();
        EXPECT_EQ(counts.completed, 1u);
        EXPECT_FALSE(listener.is_open());
    });
}

TEST_P(Serve, EndsWhenItsStopTokenOrDeadlineSaysSoOrItsListenerIsClosed) {
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

TEST_P(Serve, ServesNobodyWhenItWasAskedToStopBefore) {
    run([&] {
        tcp_listener listener{"127.0.0.1:0"};
        netio::server server;
        server.request_stop();
        server.serve(listener, echo);
        EXPECT_FALSE(listener.is_open());
        EXPECT_EQ(server.counts().accepted, 0u);
    });
}

TEST_P(Serve, ServesWhoHasConnectedBeforeTheStop) {
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

TEST_P(Serve, LetsConnectionsFinishAndTellsHowManyThereAre) {
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

TEST_P(Serve, StopsConnectionsThatTakeTooLong) {
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

TEST_P(Serve, ClosesTheStreamsOfThoseThatDoNotObey) {
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

TEST_P(Serve, TellsHandlersThatItDrains) {
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

TEST_P(Serve, ReportsWhatAHandlerThrowsOnceWithItsPeer) {
    std::vector<std::string> reports;
    fibers::mutex mutex;
    const auto on_error = [&](const std::string& peer, std::exception_ptr failure) {
        fibers::this_fiber::sleep_for(1ms); // it may suspend
        const std::scoped_lock lock{mutex};
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            reports.push_back(peer + " " + error.what());
        }
        throw std::runtime_error{"which hurts nobody"};
    };
    std::string peer;
    const auto handle = [](tcp_stream stream) {
        std::array<std::byte, 1> byte;
        stream.read_exactly(byte);
        if (byte[0] == std::byte{'!'})
            throw std::logic_error{"a mistake"};
        echo(std::move(stream));
    };
    const auto counts =
        serve({.on_error = on_error}, handle, [&](netio::server&, netio::endpoint address) {
            auto other = tcp_stream::connect(address);
            other.write_all(buffer("?"));
            auto client = tcp_stream::connect(address);
            peer = client.local_endpoint().to_string();
            client.write_all(buffer("!"));
            EXPECT_TRUE(is_ended(client));
            EXPECT_TRUE(is_echoed(other, "goes on"));
        });
    EXPECT_EQ(reports, (std::vector<std::string>{peer + " a mistake"}));
    EXPECT_EQ(counts.failed, 1u);
    EXPECT_EQ(counts.completed, 1u);
}

TEST_P(Serve, ReportsOnStandardErrorIfItIsNotToldWhere) {
    std::string peer;
    testing::internal::CaptureStderr();
    const auto counts = serve(
        {}, [](tcp_stream) { throw std::logic_error{"a mistake"}; },
        [&](netio::server&, netio::endpoint address) {
            auto client = tcp_stream::connect(address);
            peer = client.local_endpoint().to_string();
            EXPECT_TRUE(is_ended(client));
        });
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "weft: the connection from " + peer + " failed: a mistake\n");
    EXPECT_EQ(counts.failed, 1u);
}

TEST_P(Serve, DoesNotReportWhatAPeerMayCause) {
    int reports = 0;
    const auto handle = [](tcp_stream stream) {
        std::array<std::byte, 8> bytes;
        const fibers::timeout_scope limit{400ms};
        stream.read_exactly(bytes);
    };
    const auto counts = serve({.on_error = [&](auto&, auto) { ++reports; }}, handle,
                              [&](netio::server& server, netio::endpoint address) {
                                  auto resets = tcp_stream::connect(address);
                                  auto ends_early = tcp_stream::connect(address);
                                  auto says_nothing = tcp_stream::connect(address);
                                  wait_until_open(server, 3);
                                  test::reset(resets);
                                  ends_early.write_all(buffer("four"));
                                  ends_early.close();
                                  EXPECT_TRUE(is_ended(says_nothing));
                                  wait_until_open(server, 0);
                              });
    EXPECT_EQ(reports, 0);
    EXPECT_EQ(counts.broken, 3u);
}

TEST_P(Serve, LetsConnectionsBeyondTheMaximumWait) {
    std::atomic<int> at_once = 0, most_at_once = 0;
    const auto handle = [&](tcp_stream stream) {
        const int now = ++at_once;
        for (int most = most_at_once; most < now && !most_at_once.compare_exchange_weak(most, now);)
            ;
        echo(std::move(stream));
        --at_once;
    };
    const auto counts =
        serve({.max_connections = 2}, handle, [&](netio::server&, netio::endpoint address) {
            std::vector<tcp_stream> clients;
            for (int i = 0; i != 8; ++i)
                clients.push_back(tcp_stream::connect(address));
            EXPECT_TRUE(is_echoed(clients[0], "served"));
            EXPECT_TRUE(is_echoed(clients[1], "served"));
            {
                const fibers::timeout_scope limit{20ms};
                EXPECT_FALSE(is_ended(clients[2])) << "it waits";
            }
            for (auto& client : clients) {
                EXPECT_TRUE(is_echoed(client, "by turns"));
                client.close();
            }
        });
    EXPECT_EQ(counts.completed, 8u);
    EXPECT_LE(most_at_once, 2);
}

TEST_P(Serve, HasOneMaximumForAllListenersAndNoneThatKeepsAPlace) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        std::array listeners{tcp_listener{"127.0.0.1:0"}, tcp_listener{"127.0.0.1:0"}};
        netio::server server{{.max_connections = 1}};
        auto first = start([&] { server.serve(listeners[0], echo); });
        auto second = start([&] { server.serve(listeners[1], echo); });
        settle(); // both listen, and nobody comes
        for (int round = 0; round != 3; ++round) {
            std::array clients{tcp_stream::connect(listeners[0].local_endpoint()),
                               tcp_stream::connect(listeners[1].local_endpoint())};
            for (auto& client : clients)
                client.write_all(buffer("x"));
            settle();
            EXPECT_EQ(server.counts().open(), 1u);
            for (auto& client : clients)
                client.shutdown_write();
            for (auto& client : clients)
                EXPECT_EQ(test::read_text(client), "x") << "it has its turn";
        }
        server.request_stop();
        first.join();
        second.join();
    });
}

TEST_P(Serve, LetsNoListenerStarveBesideABusyOne) {
    run([&] {
        const fibers::timeout_scope limit{10s};
        tcp_listener busy{"127.0.0.1:0"}, quiet{"127.0.0.1:0"};
        netio::server server{{.max_connections = 1}};
        const auto answer = [](tcp_stream stream) { stream.write_all(buffer("x")); };
        auto first = start([&] { server.serve(busy, answer); });
        auto second = start([&] { server.serve(quiet, answer); });
        std::atomic<bool> is_over = false;
        std::vector<test::task> crowd(4);
        for (auto& each : crowd)
            each = start([&] {
                while (!is_over) {
                    auto client = tcp_stream::connect(busy.local_endpoint());
                    test::read_text(client);
                }
            });
        settle();
        for (int round = 0; round != 20; ++round) {
            auto client = tcp_stream::connect(quiet.local_endpoint());
            EXPECT_EQ(test::read_text(client), "x");
        }
        is_over = true;
        for (auto& each : crowd)
            each.join();
        server.request_stop();
        first.join();
        second.join();
    });
}

TEST_P(Serve, StopsAlsoWhileItIsFull) {
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

TEST_P(Serve, RefusesFurtherConnectionsOfAnAddressAtOnce) {
    const auto counts =
        serve({.max_connections_per_address = 2}, echo,
              [](netio::server& server, netio::endpoint address) {
                  std::array clients{tcp_stream::connect(address), tcp_stream::connect(address)};
                  for (auto& client : clients)
                      EXPECT_TRUE(is_echoed(client, "served"));
                  auto third = tcp_stream::connect(address);
                  EXPECT_TRUE(is_ended(third));
                  clients[0].close();
                  wait_until_open(server, 1);
                  auto fourth = tcp_stream::connect(address);
                  EXPECT_TRUE(is_echoed(fourth, "there is room again"));
              });
    EXPECT_EQ(counts.refused, 1u);
    EXPECT_EQ(counts.accepted, 3u);
}

TEST_P(Serve, EndsConnectionsThatLiveTooLong) {
    const auto counts =
        serve({.connection_timeout = 300ms}, echo, [](netio::server&, netio::endpoint address) {
            auto client = tcp_stream::connect(address);
            EXPECT_TRUE(is_echoed(client, "in time"));
            EXPECT_TRUE(is_ended(client));
        });
    EXPECT_EQ(counts.broken, 1u);
}

TEST_P(Serve, ServesSeveralListenersOfDifferentKindsWithLimitsForThemAll) {
    const test::temporary_folder folder;
    run([&] {
        tcp_listener by_tcp{"127.0.0.1:0"};
        const auto path = netio::unix_endpoint::from_path(folder / "socket");
        netio::unix_listener by_path{path};
        netio::server server{{.max_connections_per_address = 1}};
        const auto greet = [](auto stream) {
            stream.write_all(buffer("hello"));
            stream.shutdown_write();
            std::array<std::byte, 1> byte;
            stream.read(byte);
        };
        auto first = start([&] { server.serve(by_tcp, greet); });
        auto second = start([&] { server.serve(by_path, greet); });
        auto tcp_client = tcp_stream::connect(by_tcp.local_endpoint());
        EXPECT_EQ(test::read_text(tcp_client), "hello");
        std::vector<netio::unix_stream> unix_clients;
        for (int i = 0; i != 3; ++i) {
            unix_clients.push_back(netio::unix_stream::connect(path));
            std::string text(5, '\0');
            unix_clients.back().read_exactly(buffer(text));
            EXPECT_EQ(text, "hello");
        }
        EXPECT_EQ(server.counts().open(), 4u);
        tcp_client.close();
        unix_clients.clear();
        server.request_stop();
        first.join();
        second.join();
        EXPECT_EQ(server.counts().completed, 4u);
    });
}

TEST(ServeInSeveralRuntimes, HasALimitForThemAll) {
    tcp_listener first{"127.0.0.1:0", {.reuse_port = true}};
    tcp_listener second{first.local_endpoint(), {.reuse_port = true}};
    netio::server server{{.max_connections_per_address = 10}};
    std::vector<std::jthread> threads;
    for (tcp_listener* each : {&first, &second})
        threads.emplace_back([&server, each] { fibers::run([&] { server.serve(*each, echo); }); });
    std::vector<tcp_stream> clients;
    int served = 0;
    for (int i = 0; i != 20; ++i) {
        clients.push_back(tcp_stream::connect(first.local_endpoint()));
        std::error_code ec;
        clients.back().write_all(buffer("x"), ec);
        std::array<std::byte, 1> byte;
        served += clients.back().read(byte, ec) == 1;
    }
    EXPECT_EQ(served, 10);
    EXPECT_EQ(server.counts().refused, 10u);
    clients.clear();
    server.request_stop();
    threads.clear();
    EXPECT_EQ(server.counts().open(), 0u);
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

TEST_P(Serve, DrainsAndThrowsWhatItsListenerHasFailedWith) {
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

TEST_P(Serve, StopsAlsoWhileOthersKeepComing) {
    run([&] {
        busy_listener listener;
        netio::server server;
        server.request_stop();
        server.serve(listener, [](tcp_stream) {});
        EXPECT_FALSE(listener.has_ended());
        EXPECT_GT(server.counts().accepted, 0u);
    });
}

TEST_P(Serve, ClosesConnectionsThatEndJustThen) {
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
