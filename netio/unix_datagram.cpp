#include <netio/unix_datagram.hpp>

#include <netio/detail/or_throw.hpp>
#include <netio/detail/socket.hpp>
#include <netio/detail/unix_socket.hpp>

#include <sys/socket.h>

namespace netio {

unix_datagram::unix_datagram(const unix_endpoint& local, const unix_datagram_options& options)
    : unix_datagram{detail::or_throw(
          [&](std::error_code& ec) {
              return unix_datagram{local, options, ec};
          },
          "cannot receive on", local)} {}

unix_datagram::unix_datagram(const unix_endpoint& local, const unix_datagram_options& options,
                             std::error_code& ec) {
    auto socket = detail::open_socket(AF_UNIX, SOCK_DGRAM, 0, ec);
    if (ec)
        return;
    const int fd = socket.native_handle();
    const detail::bind_turn turn{local, ec};
    if (ec)
        return;
    auto path =
        detail::bind_path(fd, SOCK_DGRAM, local, options.replace_stale, options.remove_path, ec);
    if (ec)
        return;
    const auto bound = detail::local_endpoint<unix_endpoint>(fd, ec);
    if (ec)
        return;
    *this = unix_datagram{std::move(socket), bound};
    path_ = std::move(path);
}

std::pair<unix_datagram, unix_datagram> unix_datagram::pair() {
    return detail::or_throw([](std::error_code& ec) { return pair(ec); },
                            "cannot make a pair of Unix sockets");
}

std::pair<unix_datagram, unix_datagram> unix_datagram::pair(std::error_code& ec) {
    auto [first, second] = detail::unix_socket_pair(SOCK_DGRAM, ec);
    return {unix_datagram{std::move(first), {}}, unix_datagram{std::move(second), {}}};
}

unix_datagram unix_datagram::adopt(int native_handle) {
    return detail::or_throw([&](std::error_code& ec) { return adopt(native_handle, ec); },
                            "cannot adopt a Unix datagram socket");
}

unix_datagram unix_datagram::adopt(int native_handle, std::error_code& ec) {
    const auto local = detail::local_endpoint<unix_endpoint>(native_handle, ec);
    if (ec)
        return {};
    return {detail::adopt_unix_socket(native_handle, SOCK_DGRAM, ec), local};
}

void unix_datagram::close() noexcept {
    if (path_)
        path_->remove();
    basic_socket::close();
}

int unix_datagram::release() {
    return detail::or_throw([&](std::error_code& ec) { return release(ec); },
                            "cannot release the socket of", name());
}

int unix_datagram::release(std::error_code& ec) {
    const int fd = basic_socket::release(ec);
    if (!ec && path_)
        path_->keep();
    return fd;
}

} // namespace netio
