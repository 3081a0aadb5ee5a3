#pragma once

#include <netio/proxy_header.hpp>

#include <optional>
#include <utility>

namespace netio::detail {

/// Source and destination, if both are known and of IP, as the protocol can write them: both of the same
/// version, IPv4 if they can be, and without scopes.
std::optional<std::pair<endpoint, endpoint>> internet_ends(const proxy_header&) noexcept;

} // namespace netio::detail
