#pragma once

#include <netio/http/words.hpp>

#include <string>
#include <system_error>
#include <type_traits>

namespace netio::http {

/// What is wrong with a request.
enum class errc {
    bad_request = 1,     ///< it is no HTTP, or could be read in two ways
    bad_version,         ///< HTTP, but neither 1.0 nor 1.1
    unknown_coding,      ///< a transfer coding other than "chunked"
    unknown_expectation, ///< an Expect other than "100-continue"
    target_too_long,     ///< longer than connection_options::max_target_bytes
    header_too_large, ///< larger than connection_options::max_header_bytes, or of too many fields
    body_too_large,   ///< larger than what is allowed
    timeout,          ///< it has not come in time
};

const std::error_category& http_category() noexcept;

inline std::error_code make_error_code(errc code) noexcept {
    return {static_cast<int>(code), http_category()};
}

/// With which status a server answers such a request (RFC 9110, RFC 6585).
status status_for(errc code) noexcept;

} // namespace netio::http

template <>
struct std::is_error_code_enum<netio::http::errc> : std::true_type {};
