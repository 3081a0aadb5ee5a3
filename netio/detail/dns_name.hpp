#pragma once

#include <netio/ip_address.hpp>

#include <string>
#include <string_view>

namespace netio::detail {

/// Names differ not by letters being small or large, RFC 4343.
bool same_dns_name(std::string_view, std::string_view) noexcept;

/// In small letters and without the dot at the end, so that equal names are equal strings.
std::string canonical_dns_name(std::string_view);

/// Whether the parts of a name and the name as a whole are neither empty nor too long. "." is the
/// root.
bool is_dns_name(std::string_view) noexcept;

/// The name under which an address is looked up: "1.0.0.127.in-addr.arpa", RFC 1035 section 3.5 and
/// RFC 3596 section 2.5.
std::string reverse_dns_name(const ip_address&);

} // namespace netio::detail
