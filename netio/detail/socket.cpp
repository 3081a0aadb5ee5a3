#include <netio/detail/socket.hpp>

#include <netio/detail/descriptor.hpp>
#include <netio/detail/native_error.hpp>

#include <concepts>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace netio::detail {
namespace {

template <class Endpoint>
Endpoint query(int (*name_of)(int, sockaddr*, socklen_t*), int fd, std::error_code& ec) noexcept {
    sockaddr_storage native;
    socklen_t size = sizeof native;
    if (name_of(fd, reinterpret_cast<sockaddr*>(&native), &size) == -1) {
        ec = native_error();
        return {};
    }
    return endpoint_of<Endpoint>(native, size, ec);
}

} // namespace

int family_of(const ip_address& address) noexcept {
    return address.is_v4() ? AF_INET : AF_INET6;
}

descriptor_owner open_socket(int family, int type, int protocol, std::error_code& ec) noexcept {
    const int fd = ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
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

void set_flag(int fd, int level, int name, bool value, std::error_code& ec) noexcept {
    const int native = value;
    if (!ec && ::setsockopt(fd, level, name, &native, sizeof native) == -1)
        ec = native_error();
}

int get_number(int fd, int level, int name, std::error_code& ec) noexcept {
    int value = 0;
    socklen_t size = sizeof value;
    ec.clear();
    if (::getsockopt(fd, level, name, &value, &size) == -1)
        ec = native_error();
    return value;
}

template <class Endpoint>
void bind(int fd, const Endpoint& local, std::error_code& ec) noexcept {
    sockaddr_storage native;
    const auto size = static_cast<socklen_t>(local.to_native(native));
    ec.clear();
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&native), size) == -1)
        ec = native_error();
}

template <class Endpoint>
Endpoint endpoint_of(const sockaddr_storage& native, [[maybe_unused]] std::size_t size,
                     std::error_code& ec) noexcept {
    if constexpr (std::same_as<Endpoint, endpoint>)
        return endpoint::from_native(native, ec);
    else
        return unix_endpoint::from_native(native, size, ec);
}

template <class Endpoint>
Endpoint local_endpoint(int fd, std::error_code& ec) noexcept {
    return query<Endpoint>(::getsockname, fd, ec);
}

template <class Endpoint>
Endpoint local_endpoint(descriptor* d, std::error_code& ec) noexcept {
    const descriptor::operation operation{d};
    if (operation)
        return local_endpoint<Endpoint>(operation.native_handle(), ec);
    ec = std::make_error_code(std::errc::bad_file_descriptor);
    return {};
}

template <class Endpoint>
Endpoint remote_endpoint(int fd, std::error_code& ec) noexcept {
    return query<Endpoint>(::getpeername, fd, ec);
}

template void bind(int, const endpoint&, std::error_code&) noexcept;
template void bind(int, const unix_endpoint&, std::error_code&) noexcept;
template endpoint endpoint_of(const sockaddr_storage&, std::size_t, std::error_code&) noexcept;
template unix_endpoint endpoint_of(const sockaddr_storage&, std::size_t, std::error_code&) noexcept;
template endpoint local_endpoint(int, std::error_code&) noexcept;
template unix_endpoint local_endpoint(int, std::error_code&) noexcept;
template endpoint local_endpoint(descriptor*, std::error_code&) noexcept;
template unix_endpoint local_endpoint(descriptor*, std::error_code&) noexcept;
template endpoint remote_endpoint(int, std::error_code&) noexcept;
template unix_endpoint remote_endpoint(int, std::error_code&) noexcept;

} // namespace netio::detail
