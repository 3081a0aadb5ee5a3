#pragma once

#include <netio/basic_socket.hpp>
#include <netio/buffer.hpp>
#include <netio/datagram.hpp>

#include <cstddef>
#include <span>
#include <system_error>

namespace netio {

/// Sends and receives datagrams, each whole or not at all. What udp_socket and unix_datagram have in
/// common.
///
/// Besides what is said of each, all that suspends fails with std::errc::timed_out (ambient deadline),
/// operation_canceled (stop), and bad_file_descriptor when the socket is, or meanwhile gets, closed.
///
/// *May be used by* many at once, as every socket; a datagram goes to one of those that receive.
template <class Endpoint>
class datagram_socket : public basic_socket<Endpoint> {
  public:
    /// From now on send() sends to `remote`, and what others send is not received. Never suspends.
    void connect(const Endpoint& remote);
    void connect(const Endpoint& remote, std::error_code& ec);

    /// *Fails with* std::errc::not_connected.
    Endpoint remote_endpoint() const;
    Endpoint remote_endpoint(std::error_code& ec) const;

    /// Sends one datagram.
    /// *Suspends until* the kernel has room for it; and where the peer is a Unix socket, until that has.
    /// *Fails with* std::errc::message_size if it is too large; never raises SIGPIPE.
    void send_to(const_buffer bytes, const Endpoint& to);
    void send_to(const_buffer bytes, const Endpoint& to, std::error_code& ec);

    /// The same to whom the socket is connected to.
    /// *Fails with* std::errc::destination_address_required or not_connected; connection_refused if the
    /// peer has answered an earlier datagram that nobody is there, and then nothing has been sent.
    void send(const_buffer bytes);
    void send(const_buffer bytes, std::error_code& ec);

    /// Receives one datagram; what does not fit is lost, and the result tells so. A datagram may be
    /// empty.
    /// *Suspends until* there is one.
    /// *Fails with* std::errc::connection_refused if the socket is connected and nobody is there.
    datagram<Endpoint> receive_from(mutable_buffer into);
    datagram<Endpoint> receive_from(mutable_buffer into, std::error_code& ec);

    /// The same without the sender, for sockets that are connected.
    datagram<Endpoint> receive(mutable_buffer into);
    datagram<Endpoint> receive(mutable_buffer into, std::error_code& ec);

    /// Sends up to 32 datagrams by one system call; returns how many, at least one.
    /// *Suspends until* the kernel has room for the first.
    /// *Fails* as send_to() with the first.
    std::size_t send_batch(std::span<const outgoing_datagram<Endpoint>> datagrams);
    std::size_t send_batch(std::span<const outgoing_datagram<Endpoint>> datagrams,
                           std::error_code& ec);

    /// Receives up to 32 datagrams by one system call; returns how many: those that are there.
    /// *Suspends until* there is one.
    /// *Fails* as receive_from().
    std::size_t receive_batch(std::span<incoming_datagram<Endpoint>> datagrams);
    std::size_t receive_batch(std::span<incoming_datagram<Endpoint>> datagrams,
                              std::error_code& ec);

  protected:
    datagram_socket() noexcept = default;
    using basic_socket<Endpoint>::basic_socket;
};

} // namespace netio
