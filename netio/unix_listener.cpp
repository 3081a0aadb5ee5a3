#include <netio/unix_listener.hpp>

#include <netio/detail/accept.hpp>
#include <netio/detail/native_error.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/socket.hpp>
#include <netio/detail/unix_socket.hpp>

#include <concepts>
#include <sys/socket.h>
#include <sys/stat.h>

namespace netio {
namespace {

template <class Connection>
constexpr int type_of = std::same_as<Connection, unix_stream> ? SOCK_STREAM : SOCK_SEQPACKET;

} // namespace

template <class Connection>
basic_unix_listener<Connection>::basic_unix_listener(const unix_endpoint& local,
                                                     const unix_listener_options& options)
    : basic_unix_listener{detail::or_throw(
          [&](std::error_code& ec) {
              return basic_unix_listener{local, options, ec};
          },
          "cannot listen on", local)} {}

template <class Connection>
basic_unix_listener<Connection>::basic_unix_listener(const unix_endpoint& local,
                                                     const unix_listener_options& options,
                                                     std::error_code& ec) {
    auto socket = detail::open_socket(AF_UNIX, type_of<Connection>, 0, ec);
    if (ec)
        return;
    const int fd = socket.native_handle();
    // Until it listens: before, it looks stale to others.
    const detail::bind_turn turn{local, ec};
    if (ec)
        return;
    // bind(2) gives the file the permissions that the socket has.
    if (local.is_path() && ::fchmod(fd, options.permissions) == -1) {
        ec = detail::native_error();
        return;
    }
    auto path = detail::bind_path(fd, type_of<Connection>, local, options.replace_stale,
                                  options.remove_path, ec);
    if (!ec && ::listen(fd, options.backlog) == -1)
        ec = detail::native_error();
    if (ec)
        return;
    local_ = detail::local_endpoint<unix_endpoint>(fd, ec);
    if (ec)
        return;
    socket_ = std::move(socket);
    path_ = std::move(path);
}

template <class Connection>
basic_unix_listener<Connection> basic_unix_listener<Connection>::adopt(int native_handle) {
    return detail::or_throw([&](std::error_code& ec) { return adopt(native_handle, ec); },
                            "cannot adopt a Unix listener");
}

template <class Connection>
basic_unix_listener<Connection> basic_unix_listener<Connection>::adopt(int native_handle,
                                                                       std::error_code& ec) {
    const auto local = detail::local_endpoint<unix_endpoint>(native_handle, ec);
    if (!ec)
        detail::require_listening(native_handle, ec);
    if (ec)
        return {};
    return {detail::adopt_unix_socket(native_handle, type_of<Connection>, ec), local};
}

template <class Connection>
Connection basic_unix_listener<Connection>::accept() {
    return detail::or_throw([&](std::error_code& ec) { return accept(ec); }, "cannot accept on",
                            local_);
}

template <class Connection>
Connection basic_unix_listener<Connection>::accept(std::error_code& ec) {
    unix_endpoint remote;
    auto socket = detail::accept(socket_.get(), remote, ec);
    return {std::move(socket), remote};
}

template <class Connection>
void basic_unix_listener<Connection>::close() noexcept {
    // In this order, so that nobody finds a file that nobody listens to.
    if (path_)
        path_->remove();
    socket_.close();
}

template <class Connection>
int basic_unix_listener<Connection>::release() {
    return detail::or_throw([&](std::error_code& ec) { return release(ec); },
                            "cannot release the listener on", local_);
}

template <class Connection>
int basic_unix_listener<Connection>::release(std::error_code& ec) {
    const int fd = socket_.release(ec);
    if (!ec && path_)
        path_->keep();
    return fd;
}

template class basic_unix_listener<unix_stream>;
template class basic_unix_listener<unix_seqpacket>;

} // namespace netio
