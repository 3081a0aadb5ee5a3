#pragma once

#include <netio/detail/retry.hpp>
#include <netio/endpoint.hpp>
#include <netio/unix_endpoint.hpp>

#include <concepts>
#include <cstddef>
#include <system_error>

namespace netio::detail {

/// Whether send(2) on `fd` failed although the socket itself has room: then it is the receiver's queue
/// that is full, and epoll(7) tells nobody about that who is not connected to it.
bool is_peer_full(int fd) noexcept;

/// *Suspends until* a Unix socket has room for datagrams: a socket of its own is connected to it and
/// waits. *Fails with* std::errc::connection_refused, no_such_file_or_directory … if it is gone.
void wait_for_room(const unix_endpoint& peer, std::error_code& ec);

/// retry() with `send(fd)`, a system call that sends to an address.
template <class Endpoint, class Send>
std::size_t send_when_peer_has_room(descriptor* socket, const Endpoint& to, Send send,
                                    std::error_code& ec) {
    if constexpr (std::same_as<Endpoint, endpoint>) {
        return retry(socket, fibers::direction::write, 0, send, ec);
    } else {
        bool full = false;
        const auto attempt = [&](int fd) -> ssize_t {
            const ssize_t result = send(fd);
            full = result == -1 && is_not_yet(errno) && is_peer_full(fd);
            if (full)
                errno = ENOBUFS; // ends the wait for this socket
            return result;
        };
        for (;;) {
            const std::size_t count = retry(socket, fibers::direction::write, 0, attempt, ec);
            if (!ec || !full)
                return count;
            wait_for_room(to, ec);
            if (ec)
                return 0;
        }
    }
}

} // namespace netio::detail
