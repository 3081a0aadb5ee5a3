#pragma once

#include <system_error>

namespace netio {

/// What can be wrong with a header of the PROXY protocol.
enum class proxy_errc {
    missing = 1,         ///< the connection begins with something else
    malformed,           ///< it begins as one, and is none
    unsupported_version, ///< neither 1 nor 2
    too_long,            ///< longer than longest_proxy_header, or, in version 1, than 107 bytes
    wrong_checksum,      ///< it carries a checksum, of something else
};

/// The category of proxy_errc, named "proxy".
const std::error_category& proxy_category() noexcept;

std::error_code make_error_code(proxy_errc) noexcept;

} // namespace netio

template <>
struct std::is_error_code_enum<netio::proxy_errc> : std::true_type {};
