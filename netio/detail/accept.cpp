#include <netio/detail/accept.hpp>

#include <netio/detail/pause.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/socket.hpp>

#include <sys/socket.h>

namespace netio::detail {
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

} // namespace

template <class Endpoint>
descriptor_owner accept(descriptor* listener, Endpoint& peer, std::error_code& ec) {
    sockaddr_storage native;
    socklen_t size;
    const auto accept_next = [&](int fd) {
        size = sizeof native;
        const int accepted = ::accept4(fd, reinterpret_cast<sockaddr*>(&native), &size,
                                       SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted == -1 && concerns_connection_only(errno))
            errno = EINTR;
        return accepted;
    };
    for (shortage_pauses pauses;;) {
        const auto accepted =
            static_cast<int>(retry(listener, fibers::direction::read, 0, accept_next, ec));
        if (!ec) {
            peer = endpoint_of<Endpoint>(native, size, ec);
            auto taken = take_over(accepted, ec);
            if (!ec)
                return taken;
        }
        if (!is_shortage(ec))
            return {};
        ec = pauses.wait();
        if (ec)
            return {};
    }
}

void require_listening(int fd, std::error_code& ec) noexcept {
    if (!get_number(fd, SOL_SOCKET, SO_ACCEPTCONN, ec) && !ec)
        ec = std::make_error_code(std::errc::invalid_argument);
}

template descriptor_owner accept(descriptor*, endpoint&, std::error_code&);
template descriptor_owner accept(descriptor*, unix_endpoint&, std::error_code&);

} // namespace netio::detail
