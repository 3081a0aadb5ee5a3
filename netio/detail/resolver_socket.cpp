#include <netio/detail/resolver_socket.hpp>

#include <netio/detail/native_error.hpp>
#include <netio/detail/retry.hpp>
#include <netio/error.hpp>

#include <algorithm>
#include <cerrno>
#include <new>
#include <unistd.h>

namespace netio::detail {

resolver_socket::~resolver_socket() {
    readiness.shut();
    ::close(fd_);
}

template <class Result>
Result resolver_sockets::note(resolver_socket* socket, Result result) noexcept {
    const bool not_yet = result == -1 && is_not_yet(errno);
    if (socket)
        socket->exhausted = not_yet;
    if (result == -1 && !not_yet)
        error_ = native_error();
    return result;
}

int resolver_sockets::open(int family, int type) noexcept {
    const int fd = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd == -1)
        return note(nullptr, -1);
    try {
        sockets_.reserve(sockets_.size() + 1);
        sockets_.push_back(std::make_unique<resolver_socket>(fd));
        return fd;
    } catch (const std::bad_alloc&) {
        ::close(fd);
        errno = ENOMEM;
        return note(nullptr, -1);
    }
}

int resolver_sockets::close(int fd) noexcept {
    std::erase_if(sockets_, [fd](const auto& each) { return each->native_handle() == fd; });
    return 0;
}

int resolver_sockets::connect(int fd, const sockaddr* address, socklen_t size) noexcept {
    return note(nullptr, ::connect(fd, address, size));
}

ssize_t resolver_sockets::receive(int fd, void* into, std::size_t size, int flags, sockaddr* from,
                                  socklen_t* from_size) noexcept {
    const ssize_t count = note(find(fd), ::recvfrom(fd, into, size, flags, from, from_size));
    if (count == 0)
        error_ = errc::end_of_stream;
    return count;
}

ssize_t resolver_sockets::send(int fd, const iovec* from, int count) noexcept {
    msghdr message{};
    message.msg_iov = const_cast<iovec*>(from);
    message.msg_iovlen = static_cast<std::size_t>(count);
    return note(find(fd), ::sendmsg(fd, &message, MSG_NOSIGNAL));
}

resolver_socket* resolver_sockets::find(int fd) const noexcept {
    const auto found = std::ranges::find_if(
        sockets_, [fd](const auto& each) { return each->native_handle() == fd; });
    return found == sockets_.end() ? nullptr : found->get();
}

} // namespace netio::detail
