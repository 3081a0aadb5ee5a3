#pragma once

#include <netio/detail/descriptor_owner.hpp>
#include <netio/endpoint.hpp>
#include <netio/stream_socket.hpp>

#include <system_error>

namespace netio {

/// One end of a TCP connection (RFC 9293). Movable, not copyable; <netio/stream_socket.hpp> says what can
/// be done with it, and by whom.
class tcp_stream : public stream_socket<endpoint> {
  public:
    /// Not connected: every call fails with std::errc::bad_file_descriptor.
    tcp_stream() noexcept = default;

    /// Connects, and turns on no_delay.
    /// *Suspends until* the peer has answered.
    /// *Fails with* std::errc::connection_refused, host_unreachable … as connect(2) does.
    static tcp_stream connect(const endpoint& remote);
    static tcp_stream connect(const endpoint& remote, std::error_code& ec);

    /// Takes over a connected TCP socket and makes it non-blocking; its options stay as they are.
    /// *Fails with* std::errc::not_connected, address_family_not_supported …, and then the socket is
    /// still the caller's.
    static tcp_stream adopt(int native_handle);
    static tcp_stream adopt(int native_handle, std::error_code& ec);

  private:
    friend class tcp_listener;

    using stream_socket::stream_socket;
};

} // namespace netio
