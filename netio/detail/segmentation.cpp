#include <netio/detail/segmentation.hpp>

#include <netio/detail/native_address.hpp>
#include <netio/detail/retry.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

namespace netio::detail {
namespace {

// What the kernel takes at once: UDP_MAX_SEGMENTS of its first versions, and what fits into 16 bits of
// length beside the headers of IP and UDP.
constexpr std::size_t most_segments = 64, most_bytes = 65'535 - 40 - 8;

template <class Native>
struct control_message {
    alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(Native))];
};

msghdr message_of(iovec& entry, native_address& peer) noexcept {
    msghdr message{};
    message.msg_name = peer.get();
    message.msg_namelen = peer.size;
    message.msg_iov = &entry;
    message.msg_iovlen = 1;
    return message;
}

} // namespace

std::size_t send_offloaded(descriptor* socket, const_buffer bytes, std::size_t segment_size,
                           const endpoint& to, std::error_code& ec) {
    const std::size_t segments = std::min(most_segments, most_bytes / segment_size);
    if (segments == 0) {
        ec = std::make_error_code(std::errc::message_size);
        return 0;
    }
    bytes = bytes.first(std::min(bytes.size(), segments * segment_size));
    native_address peer{to};
    iovec entry{const_cast<std::byte*>(bytes.data()), bytes.size()};
    msghdr message = message_of(entry, peer);
    control_message<std::uint16_t> control{};
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    cmsghdr& header = *CMSG_FIRSTHDR(&message);
    header.cmsg_level = IPPROTO_UDP;
    header.cmsg_type = UDP_SEGMENT;
    header.cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto native_size = static_cast<std::uint16_t>(segment_size);
    std::memcpy(CMSG_DATA(&header), &native_size, sizeof native_size);
    const auto send = [&](int fd) { return ::sendmsg(fd, &message, MSG_NOSIGNAL); };
    return retry(socket, fibers::direction::write, 0, send, ec);
}

bool is_offload_refused(const std::error_code& ec) noexcept {
    return ec == std::errc::io_error || ec == std::errc::invalid_argument ||
           ec == std::errc::operation_not_supported;
}

segments receive_coalesced(descriptor* socket, mutable_buffer into, std::error_code& ec) {
    native_address peer;
    iovec entry{into.data(), into.size()};
    control_message<int> control;
    msghdr message;
    const auto receive = [&](int fd) {
        message = message_of(entry, peer);
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        return ::recvmsg(fd, &message, 0);
    };
    segments received;
    received.size = retry(socket, fibers::direction::read, 0, receive, ec);
    if (ec)
        return {};
    received.sender = endpoint::from_native(peer.storage, ec);
    received.segment_size = received.size;
    const cmsghdr* const header = CMSG_FIRSTHDR(&message);
    if (header && header->cmsg_level == IPPROTO_UDP && header->cmsg_type == UDP_GRO) {
        int segment_size;
        std::memcpy(&segment_size, CMSG_DATA(header), sizeof segment_size);
        received.segment_size = static_cast<std::size_t>(segment_size);
    }
    return received;
}

} // namespace netio::detail
