#include <netio/tcp_listener.hpp>

#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/socket.hpp>

#include <fibers/this_fiber.hpp>

#include <algorithm>
#include <chrono>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>

namespace netio {
namespace {

/// Errors that belong to the one connection that was to be accepted, not to the listener: accept(2)
/// says to try again. What is next in the backlog may be all right.
bool concerns_connection_only(int error) noexcept {
    switch (error) {
    case ECONNABORTED:
    case EPROTO:
    case ENOPROTOOPT:
    case ENETDOWN:
    case ENETUNREACH:
    case ENONET:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ETIMEDOUT:
        return true;
    default:
        return false;
    }
}

/// The connection stays in the backlog and can be had once somebody has given something back.
bool is_shortage(const std::error_code& ec) noexcept {
    return ec == std::errc::too_many_files_open || ec == std::errc::too_many_files_open_in_system ||
           ec == std::errc::no_buffer_space || ec == std::errc::not_enough_memory;
}

std::error_code sleep(std::chrono::milliseconds time) {
    try {
        fibers::this_fiber::sleep_for(time);
        return {};
    } catch (const std::system_error& interrupted) {
        return interrupted.code();
    }
}

void set_flag(int fd, int level, int name, bool value, std::error_code& ec) noexcept {
    const int native = value;
    if (!ec && ::setsockopt(fd, level, name, &native, sizeof native) == -1)
        ec = detail::native_error();
}

} // namespace

tcp_listener::tcp_listener(const endpoint& local, const tcp_listener_options& options)
    : tcp_listener{detail::or_throw(
          [&](std::error_code& ec) {
              return tcp_listener{local, options, ec};
          },
          "cannot listen on", local)} {}

tcp_listener::tcp_listener(const endpoint& local, const tcp_listener_options& options,
                           std::error_code& ec) {
    auto socket = detail::open_tcp_socket(local.address(), ec);
    if (ec)
        return;
    const int fd = socket.native_handle();
    set_flag(fd, SOL_SOCKET, SO_REUSEADDR, options.reuse_address, ec);
    set_flag(fd, SOL_SOCKET, SO_REUSEPORT, options.reuse_port, ec);
    if (local.address().is_v6())
        set_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY, options.only_v6, ec);
    // Accepted connections inherit it: set once here it costs them nothing.
    set_flag(fd, IPPROTO_TCP, TCP_NODELAY, true, ec);
    if (ec)
        return;

    sockaddr_storage native;
    const auto size = static_cast<socklen_t>(local.to_native(native));
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&native), size) == -1 ||
        ::listen(fd, options.backlog) == -1) {
        ec = detail::native_error();
        return;
    }
    local_ = detail::local_endpoint(fd, ec);
    if (!ec)
        socket_ = std::move(socket);
}

tcp_listener tcp_listener::adopt(int native_handle) {
    return detail::or_throw([&](std::error_code& ec) { return adopt(native_handle, ec); },
                            "cannot adopt a TCP listener");
}

tcp_listener tcp_listener::adopt(int native_handle, std::error_code& ec) {
    const endpoint local = detail::local_endpoint(native_handle, ec);
    if (ec)
        return {};
    int listens = 0;
    socklen_t size = sizeof listens;
    if (::getsockopt(native_handle, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == -1) {
        ec = detail::native_error();
        return {};
    }
    if (!listens) {
        ec = std::make_error_code(std::errc::invalid_argument);
        return {};
    }
    return {detail::adopt_socket(native_handle, ec), local};
}

tcp_stream tcp_listener::accept() {
    return detail::or_throw([&](std::error_code& ec) { return accept(ec); }, "cannot accept on",
                            local_);
}

tcp_stream tcp_listener::accept(std::error_code& ec) {
    using namespace std::chrono_literals;

    sockaddr_storage peer;
    const auto accept_next = [&peer](int fd) {
        socklen_t size = sizeof peer;
        const int accepted =
            ::accept4(fd, reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted == -1 && concerns_connection_only(errno))
            errno = EINTR;
        return accepted;
    };
    for (auto pause = 5ms;; pause = std::min(2 * pause, 100ms)) {
        const auto accepted = static_cast<int>(
            detail::retry(socket_.get(), fibers::direction::read, 0, accept_next, ec));
        if (!ec) {
            const endpoint remote = endpoint::from_native(peer, ec);
            return {detail::take_over(accepted, ec), remote};
        }
        if (!is_shortage(ec))
            return {};
        ec = sleep(pause);
        if (ec)
            return {};
    }
}

tcp_listener::incoming_range::iterator& tcp_listener::incoming_range::iterator::operator++() {
    std::error_code ec;
    current_ = listener_->accept(ec);
    if (!ec)
        return *this;
    if (ec != std::errc::bad_file_descriptor && ec != std::errc::operation_canceled)
        throw std::system_error{ec,
                                detail::describe("cannot accept on", listener_->local_endpoint())};
    listener_ = nullptr;
    return *this;
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
