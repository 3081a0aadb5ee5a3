#pragma once

#include <system_error>

namespace netio {

/// What can go wrong with TLS and is worth telling apart.
enum class tls_errc {
    truncated =
        1,   ///< the connection ended without the peer's close_notify: something may be missing
    not_tls, ///< the peer speaks something else

    certificate_expired,
    certificate_not_yet_valid,
    certificate_revoked,
    wrong_host,           ///< the certificate is another host's
    unknown_authority,    ///< nobody who is trusted vouches for the certificate
    certificate_required, ///< the client has shown none

    invalid_certificate, ///< text that is no certificate in PEM, or one that OpenSSL does not use
    invalid_private_key, ///< the same of a private key; one that is encrypted, too
    key_mismatch,        ///< the private key is another certificate's
};

/// The category of tls_errc, named "tls". Whatever has no name above keeps OpenSSL's own number, above
/// all of these, and message() is what OpenSSL says. What is not about certificates and keys equals
/// std::errc::protocol_error.
const std::error_category& tls_category() noexcept;

std::error_code make_error_code(tls_errc) noexcept;

} // namespace netio

template <>
struct std::is_error_code_enum<netio::tls_errc> : std::true_type {};
