#pragma once

#include <apps/echo_load/latencies.hpp>
#include <apps/echo_load/options.hpp>
#include <apps/echo_load/pattern.hpp>
#include <apps/echo_load/window.hpp>

#include <netio/tcp_stream.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

/// What all connections have in common.
struct workload {
    const options& chosen;
    const pattern& bytes;
    latencies& measured;
    std::chrono::steady_clock::time_point end; ///< nothing is sent after this
};

/// One connection's part of the load: one fiber sends, and one receives and compares, so that neither
/// side ever waits for the other to make room.
class session {
  public:
    session(const workload& load, std::size_t number, netio::tcp_stream stream);

    /// Sends until the end, but at most `messages`, and waits for all to come back.
    /// *Fails with* std::runtime_error, naming the connection and what is wrong with it.
    void run(std::uint64_t messages);

  private:
    void send(std::uint64_t messages);
    void send_bytes(std::uint64_t from, std::uint64_t to);
    void receive();
    void compare(std::span<const std::byte> received, std::uint64_t position) const;

    const workload& load_;
    const std::size_t number_;
    netio::tcp_stream stream_;
    window window_;
};
