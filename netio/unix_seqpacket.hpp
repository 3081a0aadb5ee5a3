#pragma once

#include <netio/basic_socket.hpp>
#include <netio/buffer.hpp>
#include <netio/datagram.hpp>
#include <netio/descriptor_passing.hpp>
#include <netio/unix_endpoint.hpp>

#include <system_error>
#include <utility>

namespace netio {

/// One end of a connection that keeps records apart (SOCK_SEQPACKET): each is received whole, in order,
/// and none is lost. Movable, not copyable; <netio/basic_socket.hpp> and
/// <netio/descriptor_passing.hpp> say what else can be done with it, and by whom.
///
/// All that suspends fails with std::errc::timed_out (ambient deadline), operation_canceled (stop), and
/// bad_file_descriptor when the socket is, or meanwhile gets, closed.
class unix_seqpacket : public descriptor_passing<basic_socket<unix_endpoint>> {
  public:
    /// Not connected: every call fails with std::errc::bad_file_descriptor.
    unix_seqpacket() noexcept = default;

    // As those of unix_stream.
    static unix_seqpacket connect(const unix_endpoint& remote);
    static unix_seqpacket connect(const unix_endpoint& remote, std::error_code& ec);
    static std::pair<unix_seqpacket, unix_seqpacket> pair();
    static std::pair<unix_seqpacket, unix_seqpacket> pair(std::error_code& ec);
    static unix_seqpacket adopt(int native_handle);
    static unix_seqpacket adopt(int native_handle, std::error_code& ec);

    /// Sends one record. An empty one looks like the end to the peer.
    /// *Suspends until* there is room for it.
    /// *Fails with* std::errc::broken_pipe when the peer is gone; message_size if it is too large.
    void send(const_buffer record);
    void send(const_buffer record, std::error_code& ec);

    /// Receives one record; what does not fit is lost, and the result tells so. A size of 0: the peer
    /// has finished sending.
    /// *Suspends until* there is one.
    datagram<unix_endpoint> receive(mutable_buffer into);
    datagram<unix_endpoint> receive(mutable_buffer into, std::error_code& ec);

    /// The peer receives what was sent, then the end. It may go on sending.
    void shutdown_write();
    void shutdown_write(std::error_code& ec);

    /// The peer, remembered.
    const unix_endpoint& remote_endpoint() const noexcept { return name(); }

  private:
    template <class Connection>
    friend class basic_unix_listener;

    using descriptor_passing::descriptor_passing;
};

} // namespace netio
