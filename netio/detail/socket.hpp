#pragma once

#include <netio/detail/descriptor_owner.hpp>
#include <netio/endpoint.hpp>
#include <netio/unix_endpoint.hpp>

#include <cstddef>
#include <system_error>

namespace netio::detail {

/// AF_INET or AF_INET6.
int family_of(const ip_address&) noexcept;

/// A new socket, socket(2).
descriptor_owner open_socket(int family, int type, int protocol, std::error_code& ec) noexcept;

/// Owns `fd`, a non-blocking descriptor, from now on: it is closed if that fails.
descriptor_owner take_over(int fd, std::error_code& ec) noexcept;

/// Makes a socket that was opened elsewhere non-blocking and takes it over; if that fails it is
/// still the caller's.
descriptor_owner adopt_socket(int fd, std::error_code& ec) noexcept;

/// Sets a flag of a socket, unless `ec` tells of a failure already.
void set_flag(int fd, int level, int name, bool value, std::error_code& ec) noexcept;

/// An option that is an int, getsockopt(2).
int get_number(int fd, int level, int name, std::error_code& ec) noexcept;

/// Gives a socket its address, bind(2).
template <class Endpoint>
void bind(int fd, const Endpoint& local, std::error_code& ec) noexcept;

/// Reads the system's form of an address, the first `size` bytes of `native`.
template <class Endpoint>
Endpoint endpoint_of(const sockaddr_storage& native, std::size_t size,
                     std::error_code& ec) noexcept;

template <class Endpoint>
Endpoint local_endpoint(int fd, std::error_code& ec) noexcept;
template <class Endpoint>
Endpoint local_endpoint(descriptor*, std::error_code& ec) noexcept;
template <class Endpoint>
Endpoint remote_endpoint(int fd, std::error_code& ec) noexcept;

} // namespace netio::detail
