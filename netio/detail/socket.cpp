#include <netio/detail/socket.hpp>

#include <netio/detail/descriptor.hpp>
#include <netio/detail/native_error.hpp>

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netio::detail {
namespace {

endpoint query(int (*name_of)(int, sockaddr*, socklen_t*), int fd, std::error_code& ec) noexcept {
    sockaddr_storage native;
    socklen_t size = sizeof native;
    if (name_of(fd, reinterpret_cast<sockaddr*>(&native), &size) == -1) {
        ec = native_error();
        return {};
    }
    return endpoint::from_native(native, ec);
}

} // namespace

descriptor_owner open_tcp_socket(const ip_address& address, std::error_code& ec) noexcept {
    const int fd = ::socket(address.is_v4() ? AF_INET : AF_INET6,
                            SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
    if (fd == -1) {
        ec = native_error();
        return {};
    }
    return take_over(fd, ec);
}

descriptor_owner take_over(int fd, std::error_code& ec) noexcept {
    ec.clear();
    descriptor_owner owner = descriptor::make(fd, ec);
    if (ec)
        ::close(fd);
    return owner;
}

descriptor_owner adopt_socket(int fd, std::error_code& ec) noexcept {
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags == -1 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1) {
        ec = native_error();
        return {};
    }
    ec.clear();
    return descriptor::make(fd, ec);
}

endpoint local_endpoint(int fd, std::error_code& ec) noexcept {
    return query(::getsockname, fd, ec);
}

endpoint local_endpoint(descriptor* d, std::error_code& ec) noexcept {
    const descriptor::operation operation{d};
    if (operation)
        return local_endpoint(operation.native_handle(), ec);
    ec = std::make_error_code(std::errc::bad_file_descriptor);
    return {};
}

endpoint remote_endpoint(int fd, std::error_code& ec) noexcept {
    return query(::getpeername, fd, ec);
}

} // namespace netio::detail
