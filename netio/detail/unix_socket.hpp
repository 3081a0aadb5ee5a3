#pragma once

#include <netio/detail/descriptor_owner.hpp>
#include <netio/unix_endpoint.hpp>

#include <system_error>
#include <utility>

namespace netio::detail {

/// A new socket of this type, connected. *Suspends* and *fails* as unix_stream::connect() says.
descriptor_owner connect_unix_socket(int type, const unix_endpoint& remote, std::error_code& ec);

/// Two that are connected to each other.
std::pair<descriptor_owner, descriptor_owner> unix_socket_pair(int type,
                                                               std::error_code& ec) noexcept;

/// Takes over a Unix socket of this type; if that fails it is still the caller's.
descriptor_owner adopt_unix_socket(int fd, int type, std::error_code& ec) noexcept;

/// The same with one that is connected, to `remote`.
descriptor_owner adopt_unix_connection(int fd, int type, unix_endpoint& remote,
                                       std::error_code& ec) noexcept;

} // namespace netio::detail
