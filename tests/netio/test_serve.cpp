#include <tests/netio/connections.hpp>
#include <tests/netio/serving.hpp>

#include <netio/serve.hpp>

#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::buffer;
using netio::serve_counts;
using netio::tcp_listener;
using netio::tcp_stream;
using test::echo;
using test::is_echoed;
using test::is_ended;

class Serve : public test::serve_everywhere {};
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

} // namespace
