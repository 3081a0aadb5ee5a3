#include <netio/detail/tls_failure.hpp>

#include <netio/tls_error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

namespace netio::detail {
namespace {

std::error_code failure_of_ssl(unsigned long packed) noexcept {
    switch (ERR_GET_REASON(packed)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
        return tls_errc::not_tls;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
        return tls_errc::certificate_required;
    case SSL_R_UNEXPECTED_EOF_WHILE_READING:
        return tls_errc::truncated;
    default:
        return {static_cast<int>(packed), tls_category()};
    }
}

std::error_code verification_failure(long verify_result) noexcept {
    switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
        return tls_errc::certificate_expired;
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return tls_errc::certificate_not_yet_valid;
    case X509_V_ERR_CERT_REVOKED:
        return tls_errc::certificate_revoked;
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return tls_errc::wrong_host;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_UNTRUSTED:
        return tls_errc::unknown_authority;
    default:
        return {first_verify_result + static_cast<int>(verify_result), tls_category()};
    }
}

} // namespace

std::error_code take_openssl_failure(std::error_code otherwise) noexcept {
    const unsigned long packed = ERR_get_error();
    ERR_clear_error();
    if (packed == 0)
        return otherwise;
    if (ERR_SYSTEM_ERROR(packed))
        return {ERR_GET_REASON(packed), std::system_category()};
    if (ERR_GET_LIB(packed) == ERR_LIB_SSL)
        return failure_of_ssl(packed);
    return {static_cast<int>(packed), tls_category()};
}

std::error_code take_openssl_failure(const ssl_st* connection) noexcept {
    const unsigned long packed = ERR_peek_error();
    if (ERR_GET_LIB(packed) != ERR_LIB_SSL ||
        ERR_GET_REASON(packed) != SSL_R_CERTIFICATE_VERIFY_FAILED)
        return take_openssl_failure(std::make_error_code(std::errc::not_enough_memory));
    ERR_clear_error();
    return verification_failure(SSL_get_verify_result(connection));
}

} // namespace netio::detail
