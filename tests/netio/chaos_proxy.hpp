#pragma once

#include <netio/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <thread>

namespace test {

/// What a bad network does to the bytes of one direction. Offsets count from the first byte on.
struct mischief {
    std::size_t piece = 16'384;                ///< passes on at most so many bytes at once
    std::size_t merge = 1;                     ///< waits for so many, or the end, before it does
    std::chrono::milliseconds delay{0};        ///< before each piece
    std::optional<std::uint64_t> drop = {};    ///< leaves this byte out
    std::optional<std::uint64_t> corrupt = {}; ///< turns over this one
    std::optional<std::uint64_t> cut = {};     ///< finishes before this one, as if the peer had
    std::optional<std::uint64_t> reset = {};   ///< breaks both connections off before this one
    bool never_reads = false;
};

/// Stands between clients and a server on the loopback, in a thread of its own, and does mischief.
class chaos_proxy {
  public:
    chaos_proxy(const netio::endpoint& server, const mischief& to_server,
                const mischief& to_client);
    chaos_proxy(const chaos_proxy&) = delete;
    chaos_proxy& operator=(const chaos_proxy&) = delete;
    ~chaos_proxy();

    /// Where clients connect to.
    netio::endpoint endpoint() const { return listener_.local_endpoint(); }

  private:
    void serve();
    void relay(netio::tcp_stream client);

    const netio::endpoint server_;
    const mischief to_server_, to_client_;
    netio::tcp_listener listener_{"127.0.0.1:0"};
    std::thread thread_;
};

/// The two ends of a connection that leads through a chaos_proxy.
struct chaotic_connection {
    explicit chaotic_connection(const mischief& to_client, const mischief& to_server = {});

    netio::tcp_listener listener{"127.0.0.1:0"};
    chaos_proxy proxy;
    netio::tcp_stream client;
    netio::tcp_stream server;
};

} // namespace test
