#pragma once

#include <netio/detail/descriptor.hpp>
#include <netio/detail/descriptor_access.hpp>

#include <fibers/select.hpp>

#include <concepts>
#include <system_error>
#include <utility>

namespace netio {

namespace detail {

template <class Socket>
descriptor::operation hold(const Socket& socket, const char* where) {
    descriptor::operation held{descriptor_access::of(socket)};
    if (!held)
        throw std::system_error(std::make_error_code(std::errc::bad_file_descriptor), where);
    return held;
}

} // namespace detail

/// What fibers::select() can wait for: sockets and listeners of any kind.
template <class T>
concept selectable = detail::descriptor_access::knows<T>;

/// A case of fibers::select(): when the socket has something to read, or a listener a connection to
/// accept, calls `handler()`, whose read() or accept() does not suspend unless another fiber comes
/// before it. The end of the stream, an error, and close() count as something to read, too.
///
///     fibers::select(
///         netio::on_readable(stream, [&] { count = stream.read(buffer); }),
///         fibers::on_receive(commands, [&](auto command) { … }));
///
/// The socket may be closed meanwhile, not destroyed.
/// *Fails with* std::errc::bad_file_descriptor where it is closed already.
template <selectable Socket, std::invocable F>
[[nodiscard]] auto on_readable(const Socket& socket, F handler) {
    return fibers::on_readable(detail::hold(socket, "netio::on_readable"), std::move(handler));
}

/// The same for room to write to.
template <selectable Socket, std::invocable F>
[[nodiscard]] auto on_writable(const Socket& socket, F handler) {
    return fibers::on_writable(detail::hold(socket, "netio::on_writable"), std::move(handler));
}

} // namespace netio
