#include <netio/udp_socket.hpp>

#include <netio/detail/immediate.hpp>
#include <netio/detail/native_address.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/segmentation.hpp>
#include <netio/detail/socket.hpp>
#include <netio/detail/transfer_all.hpp>

#include <algorithm>
#include <array>
#include <netinet/in.h>
#include <sys/socket.h>

namespace netio {
namespace {

detail::descriptor_owner open(const endpoint& for_what, std::error_code& ec) noexcept {
    return detail::open_socket(detail::family_of(for_what.address()), SOCK_DGRAM, IPPROTO_UDP, ec);
}

/// Joins or leaves, by MCAST_JOIN_GROUP or MCAST_LEAVE_GROUP (RFC 3678 section 5).
void change_membership(detail::descriptor* socket, int change, const ip_address& group,
                       std::uint32_t interface_index, std::error_code& ec) noexcept {
    group_req request{};
    request.gr_interface = interface_index;
    endpoint{group, 0}.to_native(request.gr_group);
    const int level = group.is_v4() ? IPPROTO_IP : IPPROTO_IPV6;
    detail::immediate(
        socket, [&](int fd) { return ::setsockopt(fd, level, change, &request, sizeof request); },
        ec);
}

} // namespace

udp_socket::udp_socket(const endpoint& local, const udp_socket_options& options)
    : udp_socket{detail::or_throw(
          [&](std::error_code& ec) {
              return udp_socket{local, options, ec};
          },
          "cannot receive on", local)} {}

udp_socket::udp_socket(const endpoint& local, const udp_socket_options& options,
                       std::error_code& ec) {
    auto socket = open(local, ec);
    if (ec)
        return;
    const int fd = socket.native_handle();
    detail::set_flag(fd, SOL_SOCKET, SO_REUSEADDR, options.reuse_address, ec);
    detail::set_flag(fd, SOL_SOCKET, SO_REUSEPORT, options.reuse_port, ec);
    detail::set_flag(fd, SOL_SOCKET, SO_BROADCAST, options.broadcast, ec);
    if (local.address().is_v6())
        detail::set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY, options.only_v6, ec);
    if (ec)
        return;
    detail::bind(fd, local, ec);
    if (ec)
        return;
    const auto bound = detail::local_endpoint<endpoint>(fd, ec);
    if (!ec)
        *this = udp_socket{std::move(socket), bound};
}

udp_socket udp_socket::connected_to(const endpoint& remote) {
    return detail::or_throw([&](std::error_code& ec) { return connected_to(remote, ec); },
                            "cannot connect to", remote);
}

udp_socket udp_socket::connected_to(const endpoint& remote, std::error_code& ec) {
    udp_socket socket{open(remote, ec), remote};
    if (!ec)
        socket.connect(remote, ec);
    if (ec)
        return {};
    return socket;
}

udp_socket udp_socket::adopt(int native_handle) {
    return detail::or_throw([&](std::error_code& ec) { return adopt(native_handle, ec); },
                            "cannot adopt a UDP socket");
}

udp_socket udp_socket::adopt(int native_handle, std::error_code& ec) {
    const auto local = detail::local_endpoint<endpoint>(native_handle, ec);
    if (ec)
        return {};
    if (detail::get_number(native_handle, SOL_SOCKET, SO_TYPE, ec) != SOCK_DGRAM)
        ec = std::make_error_code(std::errc::wrong_protocol_type);
    if (ec)
        return {};
    return {detail::adopt_socket(native_handle, ec), local};
}

void udp_socket::join_group(const ip_address& group, std::uint32_t interface_index) {
    detail::or_throw([&](std::error_code& ec) { join_group(group, interface_index, ec); },
                     "cannot join", group);
}

void udp_socket::join_group(const ip_address& group, std::uint32_t interface_index,
                            std::error_code& ec) {
    change_membership(native_descriptor(), MCAST_JOIN_GROUP, group, interface_index, ec);
}

void udp_socket::leave_group(const ip_address& group, std::uint32_t interface_index) {
    detail::or_throw([&](std::error_code& ec) { leave_group(group, interface_index, ec); },
                     "cannot leave", group);
}

void udp_socket::leave_group(const ip_address& group, std::uint32_t interface_index,
                             std::error_code& ec) {
    change_membership(native_descriptor(), MCAST_LEAVE_GROUP, group, interface_index, ec);
}

void udp_socket::send_segments(const_buffer bytes, std::size_t segment_size, const endpoint& to) {
    detail::or_throw([&](std::error_code& ec) { send_segments(bytes, segment_size, to, ec); },
                     "cannot send to", to);
}

std::size_t udp_socket::send_segments(const_buffer bytes, std::size_t segment_size,
                                      const endpoint& to, std::error_code& ec) {
    if (segment_size == 0) {
        ec = std::make_error_code(std::errc::invalid_argument);
        return 0;
    }
    bool offload = true;
    const auto one_by_one = [&](const_buffer rest, std::error_code& step_ec) {
        std::array<outgoing_datagram<endpoint>, 32> batch;
        std::size_t count = 0;
        for (const_buffer left = rest; !left.empty() && count != batch.size(); ++count) {
            batch[count] = {left.first(std::min(segment_size, left.size())), to};
            left = left.subspan(batch[count].bytes.size());
        }
        return std::min(send_batch(std::span{batch}.first(count), step_ec) * segment_size,
                        rest.size());
    };
    const auto step = [&](std::size_t done, std::error_code& step_ec) {
        const const_buffer rest = bytes.subspan(done);
        if (offload && segment_size < rest.size()) {
            const std::size_t sent =
                detail::send_offloaded(native_descriptor(), rest, segment_size, to, step_ec);
            offload = !detail::is_offload_refused(step_ec);
            if (offload)
                return sent;
        }
        return one_by_one(rest, step_ec);
    };
    return detail::transfer_all(bytes.size(), step, ec);
}

segments udp_socket::receive_segments(mutable_buffer into) {
    return detail::or_throw([&](std::error_code& ec) { return receive_segments(into, ec); },
                            "cannot receive on", name());
}

segments udp_socket::receive_segments(mutable_buffer into, std::error_code& ec) {
    return detail::receive_coalesced(native_descriptor(), into, ec);
}

} // namespace netio
