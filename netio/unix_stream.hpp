#pragma once

#include <netio/descriptor_passing.hpp>
#include <netio/stream_socket.hpp>
#include <netio/unix_endpoint.hpp>

#include <system_error>
#include <utility>

namespace netio {

/// One end of a connection between processes of this machine, unix(7). Movable, not copyable;
/// <netio/stream_socket.hpp> and <netio/descriptor_passing.hpp> say what can be done with it, and by
/// whom.
class unix_stream : public descriptor_passing<stream_socket<unix_endpoint>> {
  public:
    /// Not connected: every call fails with std::errc::bad_file_descriptor.
    unix_stream() noexcept = default;

    /// Connects. Where the listener's backlog is full, which the kernel tells nobody who waits for it,
    /// it tries again every 1 to 50 ms.
    /// *Suspends until* the connection is in the backlog.
    /// *Fails with* std::errc::no_such_file_or_directory, connection_refused, permission_denied …
    static unix_stream connect(const unix_endpoint& remote);
    static unix_stream connect(const unix_endpoint& remote, std::error_code& ec);

    /// Two that are connected to each other, socketpair(2).
    static std::pair<unix_stream, unix_stream> pair();
    static std::pair<unix_stream, unix_stream> pair(std::error_code& ec);

    /// Takes over a connected Unix stream socket and makes it non-blocking; its options stay as they
    /// are. *Fails with* std::errc::not_connected, wrong_protocol_type …, and then the socket is still
    /// the caller's.
    static unix_stream adopt(int native_handle);
    static unix_stream adopt(int native_handle, std::error_code& ec);

  private:
    template <class Connection>
    friend class basic_unix_listener;

    using descriptor_passing::descriptor_passing;
};

} // namespace netio
