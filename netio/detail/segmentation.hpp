#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/descriptor_owner.hpp>
#include <netio/udp_socket.hpp>

#include <cstddef>
#include <system_error>

namespace netio::detail {

/// Sends the first of `bytes` as datagrams of `segment_size` by one sendmsg(2) with UDP_SEGMENT, as many
/// as one takes; returns how many bytes.
/// *Fails* as sending does, and as is_offload_refused() says.
std::size_t send_offloaded(descriptor* socket, const_buffer bytes, std::size_t segment_size,
                           const endpoint& to, std::error_code& ec);

/// Whether the kernel has no segmentation offload, or the way to the peer has not: EIO where checksums
/// are not the device's, EINVAL where a segment would be fragmented, or that comes from a kernel that
/// does not know it.
bool is_offload_refused(const std::error_code& ec) noexcept;

/// Receives what the kernel has put together, and how it is to be taken apart (UDP_GRO).
segments receive_coalesced(descriptor* socket, mutable_buffer into, std::error_code& ec);

} // namespace netio::detail
