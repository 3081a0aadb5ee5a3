#include <netio/tcp_stream.hpp>

#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/socket.hpp>

#include <netinet/in.h>
#include <sys/socket.h>

namespace netio {

tcp_stream tcp_stream::connect(const endpoint& remote) {
    return detail::or_throw([&](std::error_code& ec) { return connect(remote, ec); },
                            "cannot connect to", remote);
}

tcp_stream tcp_stream::connect(const endpoint& remote, std::error_code& ec) {
    tcp_stream stream{
        detail::open_socket(detail::family_of(remote.address()), SOCK_STREAM, IPPROTO_TCP, ec),
        remote};
    if (ec)
        return {};
    stream.set_option(no_delay{true}, ec);
    if (ec)
        return {};

    sockaddr_storage native;
    const auto size = static_cast<socklen_t>(remote.to_native(native));
    // Called again it tells how far the attempt is, and in the end how it went.
    const auto attempt = [&](int fd) {
        const int result = ::connect(fd, reinterpret_cast<const sockaddr*>(&native), size);
        return result == -1 && errno == EISCONN ? 0 : result;
    };
    // Before the first wait: epoll reports a socket that is not connecting as hung up, for ever.
    attempt(stream.native_handle());
    detail::retry(stream.native_descriptor(), fibers::direction::write, 0, attempt, ec);
    if (ec)
        return {};
    return stream;
}

tcp_stream tcp_stream::adopt(int native_handle) {
    return detail::or_throw([&](std::error_code& ec) { return adopt(native_handle, ec); },
                            "cannot adopt a TCP connection");
}

tcp_stream tcp_stream::adopt(int native_handle, std::error_code& ec) {
    const auto remote = detail::remote_endpoint<endpoint>(native_handle, ec);
    if (ec)
        return {};
    return {detail::adopt_socket(native_handle, ec), remote};
}

} // namespace netio
