#pragma once

#include <system_error>

namespace netio {

/// What can go wrong beyond what the system itself reports.
enum class errc {
    end_of_stream = 1,    ///< the peer finished before all that was asked for had arrived
    invalid_address,      ///< neither an IPv4 nor an IPv6 address
    missing_port,         ///< an endpoint without ":port"
    invalid_port,         ///< a port that is not a decimal number
    port_out_of_range,    ///< a port above 65535
    missing_host,         ///< ":port" alone, to connect to
    invalid_unix_address, ///< a Unix address without "unix:", or whose path is empty or has a 0 in it
};

/// The category of errc, named "netio". All but end_of_stream equal std::errc::invalid_argument.
const std::error_category& netio_category() noexcept;

std::error_code make_error_code(errc) noexcept;

} // namespace netio

template <>
struct std::is_error_code_enum<netio::errc> : std::true_type {};
