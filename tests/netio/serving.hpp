#pragma once

#include <netio/serve.hpp>
#include <netio/tcp.hpp>
#include <tests/netio/everywhere.hpp>

#include <fibers/timeout.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace test {

/// A handler that sends back what comes, until the end.
void echo(netio::tcp_stream);

bool is_echoed(netio::tcp_stream& client, const std::string& text);

/// Whether the server has ended the connection.
bool is_ended(netio::tcp_stream& client);

/// Fixture of the cases in which a server serves.
class serve_everywhere : public everywhere {
  protected:
    /// Calls `body(server, client's endpoint)` while `handle` serves.
    template <class Handler, class Body>
    netio::serve_counts serve(netio::serve_options options, Handler handle, Body body) {
        netio::serve_counts counts;
        run([&] {
            netio::tcp_listener listener{"127.0.0.1:0"};
            netio::server server{std::move(options)};
            auto serving = start([&] { server.serve(listener, handle); });
            const fibers::timeout_scope limit{std::chrono::seconds{10}};
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

    static void wait_until_open(const netio::server&, std::uint64_t count);
};

} // namespace test
