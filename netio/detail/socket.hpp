#pragma once

#include <netio/detail/descriptor_owner.hpp>
#include <netio/endpoint.hpp>

#include <system_error>

namespace netio::detail {

/// A new TCP socket for addresses of this version.
descriptor_owner open_tcp_socket(const ip_address&, std::error_code& ec) noexcept;

/// Owns `fd`, a non-blocking socket, from now on: it is closed if that fails.
descriptor_owner take_over(int fd, std::error_code& ec) noexcept;

/// Makes a socket that was opened elsewhere non-blocking and takes it over; if that fails it is
/// still the caller's.
descriptor_owner adopt_socket(int fd, std::error_code& ec) noexcept;

endpoint local_endpoint(int fd, std::error_code& ec) noexcept;
endpoint local_endpoint(descriptor*, std::error_code& ec) noexcept;
endpoint remote_endpoint(int fd, std::error_code& ec) noexcept;

} // namespace netio::detail
