#include <netio/unix_stream.hpp>

#include <netio/detail/or_throw.hpp>
#include <netio/detail/unix_socket.hpp>

#include <sys/socket.h>

namespace netio {

unix_stream unix_stream::connect(const unix_endpoint& remote) {
    return detail::or_throw([&](std::error_code& ec) { return connect(remote, ec); },
                            "cannot connect to", remote);
}

unix_stream unix_stream::connect(const unix_endpoint& remote, std::error_code& ec) {
    return {detail::connect_unix_socket(SOCK_STREAM, remote, ec), remote};
}

std::pair<unix_stream, unix_stream> unix_stream::pair() {
    return detail::or_throw([](std::error_code& ec) { return pair(ec); },
                            "cannot make a pair of Unix sockets");
}

std::pair<unix_stream, unix_stream> unix_stream::pair(std::error_code& ec) {
    auto [first, second] = detail::unix_socket_pair(SOCK_STREAM, ec);
    return {unix_stream{std::move(first), {}}, unix_stream{std::move(second), {}}};
}

unix_stream unix_stream::adopt(int native_handle) {
    return detail::or_throw([&](std::error_code& ec) { return adopt(native_handle, ec); },
                            "cannot adopt a Unix connection");
}

unix_stream unix_stream::adopt(int native_handle, std::error_code& ec) {
    unix_endpoint remote;
    auto socket = detail::adopt_unix_connection(native_handle, SOCK_STREAM, remote, ec);
    return {std::move(socket), remote};
}

} // namespace netio
