#pragma once

#include <netio/tcp.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace test {

/// The two ends of one connection over the loopback interface.
struct connection {
    netio::tcp_stream client;
    netio::tcp_stream server;
};

connection connect(const netio::tcp_listener_options& options = {});

/// `size` bytes that differ from place to place, so that a lost or doubled one shows.
std::vector<std::byte> pattern(std::size_t size, unsigned seed = 1);

/// Reads until the peer has finished.
std::string read_text(netio::tcp_stream&);

/// Closes so that the peer sees a reset.
void reset(netio::tcp_stream&);

/// Writes until the kernel takes no more, nor will before it is rid of most of that; returns how many
/// bytes it took.
std::size_t fill(netio::tcp_stream&);

/// How many file descriptors this process has open.
std::size_t open_descriptors();

} // namespace test
