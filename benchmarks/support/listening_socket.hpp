#pragma once

#include <cstdint>

namespace bench {

/// Opens a listening socket on 127.0.0.1, blocking or not as `type_flags` (SOCK_NONBLOCK) says.
/// Accepted sockets inherit TCP_NODELAY from it. SO_REUSEPORT is set, so that each worker of a
/// server may open its own.
int open_listening_socket(std::uint16_t port, int type_flags = 0);

/// Opens a UDP socket on 127.0.0.1, with room for as many datagrams as the system allows.
int open_datagram_socket(std::uint16_t port);

std::uint16_t local_port(int socket);

/// Prints "listening on 127.0.0.1:PORT", the sign for the harness to start the load.
void announce(int listening_socket);

} // namespace bench
