#pragma once

#include <system_error>

struct ssl_st;

namespace netio::detail {

// OpenSSL's own numbers as they are in tls_category(): those of X509_verify_cert_error_string(3)
// from here on, packed error codes of ERR_get_error(3) far above, as every library has a number.
inline constexpr int first_verify_result = 1000, last_verify_result = 1999;

/// What the calling thread's error queue of OpenSSL says, `otherwise` where it is empty; empties it.
std::error_code take_openssl_failure(std::error_code otherwise) noexcept;

/// The same after a failed call with this connection: it may be about the peer's certificate.
std::error_code take_openssl_failure(const ssl_st* connection) noexcept;

} // namespace netio::detail
