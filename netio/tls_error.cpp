#include <netio/tls_error.hpp>

#include <netio/detail/tls_failure.hpp>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>

#include <string>

namespace netio {
namespace {

std::string message_of_openssl(int code) {
    if (code >= detail::first_verify_result && code <= detail::last_verify_result)
        return std::string{"The certificate is not accepted: "} +
               X509_verify_cert_error_string(code - detail::first_verify_result);
    if (const char* const reason = ERR_reason_error_string(static_cast<unsigned long>(code)))
        return reason;
    return "Unknown error " + std::to_string(code);
}

class category final : public std::error_category {
  public:
    const char* name() const noexcept override { return "tls"; }

    std::string message(int code) const override {
        switch (static_cast<tls_errc>(code)) {
        case tls_errc::truncated:
            return "The connection was cut off";
        case tls_errc::not_tls:
            return "The peer does not speak TLS";
        case tls_errc::certificate_expired:
            return "The certificate has expired";
        case tls_errc::certificate_not_yet_valid:
            return "The certificate is not valid yet";
        case tls_errc::certificate_revoked:
            return "The certificate has been revoked";
        case tls_errc::wrong_host:
            return "The certificate is another host's";
        case tls_errc::unknown_authority:
            return "The certificate comes from an unknown authority";
        case tls_errc::certificate_required:
            return "The client has no certificate";
        case tls_errc::invalid_certificate:
            return "Not a certificate";
        case tls_errc::invalid_private_key:
            return "Not a private key";
        case tls_errc::key_mismatch:
            return "The private key is another certificate's";
        }
        return message_of_openssl(code);
    }

    std::error_condition default_error_condition(int code) const noexcept override {
        const bool is_of_openssl = code > detail::last_verify_result;
        switch (static_cast<tls_errc>(code)) {
        case tls_errc::truncated:
        case tls_errc::not_tls:
            return std::errc::protocol_error;
        default:
            return is_of_openssl ? std::errc::protocol_error : std::error_condition{code, *this};
        }
    }
};

} // namespace

const std::error_category& tls_category() noexcept {
    static const category instance;
    return instance;
}

std::error_code make_error_code(tls_errc code) noexcept {
    return {static_cast<int>(code), tls_category()};
}

} // namespace netio
