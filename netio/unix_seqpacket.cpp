#include <netio/unix_seqpacket.hpp>

#include <netio/detail/immediate.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/unix_socket.hpp>

#include <algorithm>
#include <sys/socket.h>

namespace netio {

unix_seqpacket unix_seqpacket::connect(const unix_endpoint& remote) {
    return detail::or_throw([&](std::error_code& ec) { return connect(remote, ec); },
                            "cannot connect to", remote);
}

unix_seqpacket unix_seqpacket::connect(const unix_endpoint& remote, std::error_code& ec) {
    return {detail::connect_unix_socket(SOCK_SEQPACKET, remote, ec), remote};
}

std::pair<unix_seqpacket, unix_seqpacket> unix_seqpacket::pair() {
    return detail::or_throw([](std::error_code& ec) { return pair(ec); },
                            "cannot make a pair of Unix sockets");
}

std::pair<unix_seqpacket, unix_seqpacket> unix_seqpacket::pair(std::error_code& ec) {
    auto [first, second] = detail::unix_socket_pair(SOCK_SEQPACKET, ec);
    return {unix_seqpacket{std::move(first), {}}, unix_seqpacket{std::move(second), {}}};
}

unix_seqpacket unix_seqpacket::adopt(int native_handle) {
    return detail::or_throw([&](std::error_code& ec) { return adopt(native_handle, ec); },
                            "cannot adopt a Unix connection");
}

unix_seqpacket unix_seqpacket::adopt(int native_handle, std::error_code& ec) {
    unix_endpoint remote;
    auto socket = detail::adopt_unix_connection(native_handle, SOCK_SEQPACKET, remote, ec);
    return {std::move(socket), remote};
}

void unix_seqpacket::send(const_buffer record) {
    detail::or_throw([&](std::error_code& ec) { send(record, ec); }, "cannot send to", name());
}

void unix_seqpacket::send(const_buffer record, std::error_code& ec) {
    const auto send = [&](int fd) {
        return ::send(fd, record.data(), record.size(), MSG_NOSIGNAL);
    };
    detail::retry(native_descriptor(), fibers::direction::write, 0, send, ec);
}

datagram<unix_endpoint> unix_seqpacket::receive(mutable_buffer into) {
    return detail::or_throw([&](std::error_code& ec) { return receive(into, ec); },
                            "cannot receive from", name());
}

datagram<unix_endpoint> unix_seqpacket::receive(mutable_buffer into, std::error_code& ec) {
    const auto receive = [&](int fd) { return ::recv(fd, into.data(), into.size(), MSG_TRUNC); };
    const std::size_t full_size =
        detail::retry(native_descriptor(), fibers::direction::read, 0, receive, ec);
    return {std::min(full_size, into.size()), full_size, name()};
}

void unix_seqpacket::shutdown_write() {
    detail::or_throw([&](std::error_code& ec) { shutdown_write(ec); },
                     "cannot shut down the writing side of", name());
}

void unix_seqpacket::shutdown_write(std::error_code& ec) {
    detail::immediate(
        native_descriptor(), [](int fd) { return ::shutdown(fd, SHUT_WR); }, ec);
}

} // namespace netio
