#pragma once

#include <openssl/types.h>

#include <string>
#include <system_error>

namespace netio::detail {

/// Adds those whom the system trusts: all of them now, since OpenSSL would look for the files of a
/// directory in the middle of a handshake. None is no failure: there will be nobody to trust.
/// *Suspends until* they have been read. *Fails with* std::errc::timed_out, operation_canceled.
void add_system_authorities(X509_STORE&, std::error_code& ec);

/// Adds certificates in PEM. *Fails with* tls_errc::invalid_certificate.
void add_authorities(X509_STORE&, const std::string& text, std::error_code& ec);

} // namespace netio::detail
