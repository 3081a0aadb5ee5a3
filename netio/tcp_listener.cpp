#include <netio/tcp_listener.hpp>

#include <netio/detail/accept.hpp>
#include <netio/detail/native_error.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/socket.hpp>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace netio {
tcp_listener::tcp_listener(const endpoint& local, const tcp_listener_options& options)
    : tcp_listener{detail::or_throw(
          [&](std::error_code& ec) {
              return tcp_listener{local, options, ec};
          },
          "cannot listen on", local)} {}

tcp_listener::tcp_listener(const endpoint& local, const tcp_listener_options& options,
                           std::error_code& ec) {
    auto socket =
        detail::open_socket(detail::family_of(local.address()), SOCK_STREAM, IPPROTO_TCP, ec);
    if (ec)
        return;
    const int fd = socket.native_handle();
    detail::set_flag(fd, SOL_SOCKET, SO_REUSEADDR, options.reuse_address, ec);
    detail::set_flag(fd, SOL_SOCKET, SO_REUSEPORT, options.reuse_port, ec);
    if (local.address().is_v6())
        detail::set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY, options.only_v6, ec);
    // Accepted connections inherit it: set once here it costs them nothing.
    detail::set_flag(fd, IPPROTO_TCP, TCP_NODELAY, true, ec);
    if (ec)
        return;

    detail::bind(fd, local, ec);
    if (!ec && ::listen(fd, options.backlog) == -1)
        ec = detail::native_error();
    if (ec)
        return;
    local_ = detail::local_endpoint<endpoint>(fd, ec);
    if (!ec)
        socket_ = std::move(socket);
}

tcp_listener tcp_listener::adopt(int native_handle) {
    return detail::or_throw([&](std::error_code& ec) { return adopt(native_handle, ec); },
                            "cannot adopt a TCP listener");
}

tcp_listener tcp_listener::adopt(int native_handle, std::error_code& ec) {
    const auto local = detail::local_endpoint<endpoint>(native_handle, ec);
    if (ec)
        return {};
    detail::require_listening(native_handle, ec);
    if (ec)
        return {};
    return {detail::adopt_socket(native_handle, ec), local};
}

tcp_stream tcp_listener::accept() {
    return detail::or_throw([&](std::error_code& ec) { return accept(ec); }, "cannot accept on",
                            local_);
}

tcp_stream tcp_listener::accept(std::error_code& ec) {
    endpoint remote;
    auto socket = detail::accept(socket_.get(), remote, ec);
    return {std::move(socket), remote};
}

bool tcp_listener::is_open() const noexcept {
    return socket_.is_open();
}

void tcp_listener::close() noexcept {
    socket_.close();
}

int tcp_listener::native_handle() const noexcept {
    return socket_.native_handle();
}

int tcp_listener::release() {
    return detail::or_throw([&](std::error_code& ec) { return release(ec); },
                            "cannot release the listener on", local_);
}

int tcp_listener::release(std::error_code& ec) {
    return socket_.release(ec);
}

} // namespace netio
