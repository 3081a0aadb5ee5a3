#include <netio/detail/unix_socket.hpp>

#include <netio/detail/immediate.hpp>
#include <netio/detail/native_address.hpp>
#include <netio/detail/pause.hpp>
#include <netio/detail/socket.hpp>

#include <algorithm>
#include <chrono>
#include <sys/socket.h>

namespace netio::detail {

descriptor_owner connect_unix_socket(int type, const unix_endpoint& remote, std::error_code& ec) {
    using namespace std::chrono_literals;

    auto socket = open_socket(AF_UNIX, type, 0, ec);
    if (ec)
        return {};
    const native_address native{remote};
    for (auto time = 1ms;; time = std::min(2 * time, 50ms)) {
        immediate(
            socket.get(), [&](int fd) { return ::connect(fd, native.get(), native.size); }, ec);
        if (!ec)
            return socket;
        if (ec == std::errc::resource_unavailable_try_again) // the backlog is full
            ec = pause(time);
        if (ec)
            return {};
    }
}

std::pair<descriptor_owner, descriptor_owner> unix_socket_pair(int type,
                                                               std::error_code& ec) noexcept {
    int fds[2];
    if (::socketpair(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds) == -1) {
        ec = native_error();
        return {};
    }
    std::error_code second_ec;
    auto first = take_over(fds[0], ec);
    auto second = take_over(fds[1], second_ec);
    if (!ec)
        ec = second_ec;
    return {std::move(first), std::move(second)};
}

descriptor_owner adopt_unix_socket(int fd, int type, std::error_code& ec) noexcept {
    if (get_number(fd, SOL_SOCKET, SO_TYPE, ec) != type && !ec)
        ec = std::make_error_code(std::errc::wrong_protocol_type);
    if (ec)
        return {};
    return adopt_socket(fd, ec);
}

descriptor_owner adopt_unix_connection(int fd, int type, unix_endpoint& remote,
                                       std::error_code& ec) noexcept {
    remote = remote_endpoint<unix_endpoint>(fd, ec);
    if (ec)
        return {};
    return adopt_unix_socket(fd, type, ec);
}

} // namespace netio::detail
