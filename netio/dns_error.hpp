#pragma once

#include <system_error>

namespace netio {

/// What the Domain Name System answers instead of what was asked for, or fails to.
enum class dns_errc {
    not_found = 1,   ///< there is no such name (NXDOMAIN)
    no_data,         ///< the name has nothing of that kind
    server_failure,  ///< the server could not find out (SERVFAIL)
    refused,         ///< the server does not answer us (REFUSED)
    not_implemented, ///< the server cannot answer such questions (NOTIMP, FORMERR)
    timed_out,       ///< no server has answered in time
    malformed_reply, ///< a reply that makes no sense
    alias_loop,      ///< the name's aliases lead nowhere (CNAME)
    invalid_name,    ///< no domain name: an empty or too long part, or too long as a whole
};

/// The category of dns_errc, named "dns". timed_out equals std::errc::timed_out, invalid_name
/// std::errc::invalid_argument.
const std::error_category& dns_category() noexcept;

std::error_code make_error_code(dns_errc) noexcept;

} // namespace netio

template <>
struct std::is_error_code_enum<netio::dns_errc> : std::true_type {};
