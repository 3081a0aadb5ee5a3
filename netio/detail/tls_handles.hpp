#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>

namespace netio::detail {

template <auto Free>
struct openssl_delete {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};

using bio_ptr = std::unique_ptr<BIO, openssl_delete<BIO_free>>;
using certificate_ptr = std::unique_ptr<X509, openssl_delete<X509_free>>;
using key_ptr = std::unique_ptr<EVP_PKEY, openssl_delete<EVP_PKEY_free>>;
using session_ptr = std::unique_ptr<SSL_SESSION, openssl_delete<SSL_SESSION_free>>;
using ssl_context_ptr = std::unique_ptr<SSL_CTX, openssl_delete<SSL_CTX_free>>;
using ssl_ptr = std::unique_ptr<SSL, openssl_delete<SSL_free>>;

inline void free_chain(STACK_OF(X509) * chain) noexcept {
    sk_X509_pop_free(chain, X509_free);
}
using chain_ptr = std::unique_ptr<STACK_OF(X509), openssl_delete<free_chain>>;

} // namespace netio::detail
