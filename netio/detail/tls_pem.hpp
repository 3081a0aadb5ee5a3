#pragma once

#include <netio/detail/tls_handles.hpp>
#include <netio/tls_options.hpp>

#include <string>
#include <system_error>

namespace netio::detail {

/// A tls_identity as OpenSSL has it.
struct tls_credentials {
    certificate_ptr certificate;
    chain_ptr chain; ///< what leads from it to an authority
    key_ptr key;
};

/// *Fails with* tls_errc::invalid_certificate, invalid_private_key or key_mismatch.
tls_credentials credentials_from(const tls_identity&, std::error_code& ec);

/// At least one. *Fails with* tls_errc::invalid_certificate.
chain_ptr certificates_from_pem(const std::string& text, std::error_code& ec);

std::string to_pem(X509&);

} // namespace netio::detail
