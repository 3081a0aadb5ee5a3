#pragma once

#include <netio/buffer.hpp>
#include <netio/datagram_socket.hpp>
#include <netio/endpoint.hpp>
#include <netio/udp_options.hpp>

#include <cstddef>
#include <cstdint>
#include <system_error>

namespace netio {

struct udp_socket_options {
    /// Several sockets may have the port, as receivers of multicast on one machine do (SO_REUSEADDR).
    bool reuse_address = false;
    /// Several sockets share the port; the kernel spreads senders over them (SO_REUSEPORT).
    bool reuse_port = false;
    /// An IPv6 socket leaves IPv4 alone; else [::]:53 also receives from IPv4, as ::ffff:a.b.c.d
    /// (RFC 3493 section 5.3).
    bool only_v6 = false;
    /// May send to broadcast addresses (SO_BROADCAST).
    bool broadcast = false;
};

/// Datagrams that the kernel has received together, all of `segment_size` but the last, which may be
/// shorter.
struct segments {
    std::size_t size = 0;
    std::size_t segment_size = 0; ///< = size: it is one
    endpoint sender;
};

/// Datagrams over UDP (RFC 768): lost, doubled or in another order, as it comes. Movable, not copyable;
/// <netio/datagram_socket.hpp> says what can be done with it, and by whom.
class udp_socket : public datagram_socket<endpoint> {
  public:
    /// Not open: every call fails with std::errc::bad_file_descriptor.
    udp_socket() noexcept = default;

    /// Receives on `local`. Port 0 picks a free one: ask local_endpoint().
    /// *Fails with* std::errc::address_in_use, address_not_available, permission_denied …
    explicit udp_socket(const endpoint& local, const udp_socket_options& options = {});
    udp_socket(const endpoint& local, const udp_socket_options& options, std::error_code& ec);

    /// A socket on any free port that sends to `remote` and receives from nobody else.
    static udp_socket connected_to(const endpoint& remote);
    static udp_socket connected_to(const endpoint& remote, std::error_code& ec);

    /// Takes over a UDP socket and makes it non-blocking; its options stay as they are.
    /// *Fails with* std::errc::wrong_protocol_type if it is of another kind …, and then it is still the
    /// caller's.
    static udp_socket adopt(int native_handle);
    static udp_socket adopt(int native_handle, std::error_code& ec);

    /// From now on what is sent to `group` is received, on an interface of this index, or one that the
    /// kernel picks (0). The socket must be bound to the group's port.
    /// *Fails with* std::errc::invalid_argument if it is no multicast address, no_such_device …
    void join_group(const ip_address& group, std::uint32_t interface_index = 0);
    void join_group(const ip_address& group, std::uint32_t interface_index, std::error_code& ec);
    void leave_group(const ip_address& group, std::uint32_t interface_index = 0);
    void leave_group(const ip_address& group, std::uint32_t interface_index, std::error_code& ec);

    /// Sends `bytes` as datagrams of `segment_size`, the last of which may be shorter. Where the kernel
    /// has segmentation offload (UDP_SEGMENT, Linux 4.18) up to 64 of them take one pass through it;
    /// where it, or the way to `to`, has not, up to 32 take one system call.
    /// *Suspends until* the kernel has taken them all.
    /// *Fails* as send_to(); with std::errc::invalid_argument if `segment_size` is 0; the error_code form
    /// returns how many bytes have been sent.
    void send_segments(const_buffer bytes, std::size_t segment_size, const endpoint& to);
    std::size_t send_segments(const_buffer bytes, std::size_t segment_size, const endpoint& to,
                              std::error_code& ec);

    /// Receives one datagram, or several at once that the kernel has put together from one sender, if
    /// set_option(coalesce_received{true}) has told it so. 64 KiB are always enough.
    /// *Suspends until* there is one. *Fails* as receive_from(); what does not fit is lost.
    segments receive_segments(mutable_buffer into);
    segments receive_segments(mutable_buffer into, std::error_code& ec);

  private:
    using datagram_socket::datagram_socket;
};

} // namespace netio
