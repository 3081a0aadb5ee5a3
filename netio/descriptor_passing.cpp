#include <netio/descriptor_passing.hpp>

#include <netio/detail/immediate.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/unix_datagram.hpp>
#include <netio/unix_seqpacket.hpp>
#include <netio/unix_stream.hpp>

#include <cstring>
#include <sys/socket.h>

namespace netio {
namespace {

constexpr std::size_t most_descriptors = 253; // SCM_MAX_FD of the kernel

struct control_message {
    alignas(cmsghdr) char bytes[CMSG_SPACE(most_descriptors * sizeof(int))];
};

msghdr message_of(iovec& entry, control_message& control, std::size_t control_size) noexcept {
    msghdr message{};
    message.msg_iov = &entry;
    message.msg_iovlen = 1;
    message.msg_control = control_size ? control.bytes : nullptr;
    message.msg_controllen = control_size;
    return message;
}

std::size_t send(detail::descriptor* socket, const_buffer bytes, std::span<const int> handles,
                 std::error_code& ec) {
    // Without a byte a stream would lose them and not tell.
    if (bytes.empty() || handles.size() > most_descriptors) {
        ec = std::make_error_code(std::errc::invalid_argument);
        return 0;
    }
    iovec entry{const_cast<std::byte*>(bytes.data()), bytes.size()};
    control_message control{};
    const msghdr message =
        message_of(entry, control, handles.empty() ? 0 : CMSG_SPACE(handles.size_bytes()));
    if (cmsghdr* const header = CMSG_FIRSTHDR(&message)) {
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(handles.size_bytes());
        std::memcpy(CMSG_DATA(header), handles.data(), handles.size_bytes());
    }
    const auto send_message = [&](int fd) { return ::sendmsg(fd, &message, MSG_NOSIGNAL); };
    return detail::retry(socket, fibers::direction::write, 0, send_message, ec);
}

/// Owns what has come before anything can fail.
void take_descriptors(const cmsghdr& header, std::vector<unique_descriptor>& into) {
    const std::size_t count = (header.cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i != count; ++i) {
        int native;
        std::memcpy(&native, CMSG_DATA(&header) + i * sizeof native, sizeof native);
        into.emplace_back(native);
    }
}

received_descriptors receive(detail::descriptor* socket, mutable_buffer into, std::error_code& ec) {
    if (into.empty()) {
        ec = std::make_error_code(std::errc::invalid_argument);
        return {};
    }
    received_descriptors received;
    received.descriptors.reserve(most_descriptors);
    iovec entry{into.data(), into.size()};
    control_message control;
    msghdr message;
    const auto receive_message = [&](int fd) {
        message = message_of(entry, control, sizeof control.bytes);
        return ::recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
    };
    received.size = detail::retry(socket, fibers::direction::read, 0, receive_message, ec);
    if (ec)
        return {};
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
            take_descriptors(*header, received.descriptors);
    received.bytes_lost = message.msg_flags & MSG_TRUNC;
    received.descriptors_lost = message.msg_flags & MSG_CTRUNC;
    return received;
}

} // namespace

template <class Base>
std::size_t descriptor_passing<Base>::send_descriptors(const_buffer bytes,
                                                       std::span<const int> native_handles) {
    return detail::or_throw(
        [&](std::error_code& ec) { return send_descriptors(bytes, native_handles, ec); },
        "cannot send descriptors to", this->name());
}

template <class Base>
std::size_t descriptor_passing<Base>::send_descriptors(const_buffer bytes,
                                                       std::span<const int> native_handles,
                                                       std::error_code& ec) {
    return netio::send(this->native_descriptor(), bytes, native_handles, ec);
}

template <class Base>
received_descriptors descriptor_passing<Base>::receive_descriptors(mutable_buffer into) {
    return detail::or_throw([&](std::error_code& ec) { return receive_descriptors(into, ec); },
                            "cannot receive descriptors from", this->name());
}

template <class Base>
received_descriptors descriptor_passing<Base>::receive_descriptors(mutable_buffer into,
                                                                   std::error_code& ec) {
    return netio::receive(this->native_descriptor(), into, ec);
}

template <class Base>
peer_credentials descriptor_passing<Base>::credentials() const {
    return detail::or_throw([&](std::error_code& ec) { return credentials(ec); },
                            "cannot tell the credentials of", this->name());
}

template <class Base>
peer_credentials descriptor_passing<Base>::credentials(std::error_code& ec) const {
    ucred native{};
    socklen_t size = sizeof native;
    detail::immediate(
        this->native_descriptor(),
        [&](int fd) { return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &native, &size); }, ec);
    if (!ec && native.pid == 0)
        ec = std::make_error_code(std::errc::not_connected);
    return ec ? peer_credentials{} : peer_credentials{native.pid, native.uid, native.gid};
}

template class descriptor_passing<stream_socket<unix_endpoint>>;
template class descriptor_passing<datagram_socket<unix_endpoint>>;
template class descriptor_passing<basic_socket<unix_endpoint>>;

} // namespace netio
