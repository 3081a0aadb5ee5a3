#pragma once

#include <netio/detail/descriptor_owner.hpp>

#include <cstdint>
#include <system_error>

namespace netio {

/// Sockets on this machine, the sender's included, receive what it sends to a group that they have joined
/// (IP_MULTICAST_LOOP). On unless told otherwise.
struct multicast_loopback {
    bool value = true;
};

/// How many routers pass on what is sent to groups (IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS): 1, unless told
/// otherwise, keeps it on the local network, 0 on this machine.
struct multicast_ttl {
    int hops = 1;
};

/// The index of the interface by which groups are sent to (IP_MULTICAST_IF); 0, unless told otherwise: the
/// kernel picks one. It can be set only: for IPv4 the kernel tells no index.
struct multicast_interface {
    std::uint32_t index = 0;
};

/// The kernel puts datagrams of one sender together where it can, for receive_segments() (UDP_GRO, Linux
/// 5.0). *Fails with* std::errc::no_protocol_option where it cannot. Off unless told.
struct coalesce_received {
    bool value = true;
};

namespace detail {

void set_option(descriptor*, const multicast_loopback&, std::error_code& ec) noexcept;
void set_option(descriptor*, const multicast_ttl&, std::error_code& ec) noexcept;
void set_option(descriptor*, const multicast_interface&, std::error_code& ec) noexcept;
void set_option(descriptor*, const coalesce_received&, std::error_code& ec) noexcept;

void get_option(descriptor*, multicast_loopback&, std::error_code& ec) noexcept;
void get_option(descriptor*, multicast_ttl&, std::error_code& ec) noexcept;
void get_option(descriptor*, coalesce_received&, std::error_code& ec) noexcept;

} // namespace detail
} // namespace netio
