#pragma once

#include <netio/tls_options.hpp>

#include <chrono>
#include <memory>
#include <string>

#include <openssl/types.h>

namespace test {

/// What a certificate says.
struct certificate_wish {
    std::string names = "DNS:localhost,IP:127.0.0.1"; ///< as OpenSSL's subjectAltName has them
    std::chrono::hours from{-1}, until{24};           ///< from now on
};

/// Somebody who issues certificates, made for the test that needs one.
class authority {
  public:
    explicit authority(const std::string& name = "an authority");

    netio::tls_identity issue(const certificate_wish& wish = {}) const;

    /// The own certificate, PEM.
    const std::string& certificate() const noexcept { return pem_; }

  private:
    std::shared_ptr<X509> certificate_;
    std::shared_ptr<EVP_PKEY> key_;
    std::string pem_;
};

} // namespace test
