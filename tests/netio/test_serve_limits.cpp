// How many connections a server has at once, and for how long.

#include <tests/netio/connections.hpp>
#include <tests/netio/serving.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/serve.hpp>
#include <netio/unix_listener.hpp>

#include <fibers/runtime.hpp>
#include <fibers/timeout.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
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

class ServeLimits : public test::serve_everywhere {};
INSTANTIATE_TEST_SUITE_P(Fibers, ServeLimits, test::fibers_only);

TEST_P(ServeLimits, LetsConnectionsBeyondTheMaximumWait) {
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

TEST_P(ServeLimits, HasOneMaximumForAllListenersAndNoneThatKeepsAPlace) {
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

TEST_P(ServeLimits, LetsNoListenerStarveBesideABusyOne) {
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

TEST_P(ServeLimits, RefusesFurtherConnectionsOfAnAddressAtOnce) {
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

TEST_P(ServeLimits, ServesSeveralListenersOfDifferentKindsWithLimitsForThemAll) {
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

TEST_P(ServeLimits, EndsConnectionsThatLiveTooLong) {
    const auto counts =
        serve({.connection_timeout = 300ms}, echo, [](netio::server&, netio::endpoint address) {
            auto client = tcp_stream::connect(address);
            EXPECT_TRUE(is_echoed(client, "in time"));
            EXPECT_TRUE(is_ended(client));
        });
    EXPECT_EQ(counts.broken, 1u);
}

} // namespace
