#include <netio/detail/tls_pem.hpp>

#include <netio/tls_error.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <new>

namespace netio::detail {
namespace {

bio_ptr reader_of(const std::string& text) {
    bio_ptr reader{BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))};
    if (!reader)
        throw std::bad_alloc{};
    return reader;
}

/// Else OpenSSL would ask at the terminal.
int no_password(char*, int, int, void*) noexcept {
    return -1;
}

} // namespace

chain_ptr certificates_from_pem(const std::string& text, std::error_code& ec) {
    const bio_ptr reader = reader_of(text);
    chain_ptr found{sk_X509_new_null()};
    while (certificate_ptr one{PEM_read_bio_X509(reader.get(), nullptr, no_password, nullptr)}) {
        if (sk_X509_push(found.get(), one.get()) == 0)
            throw std::bad_alloc{};
        one.release();
    }
    // That nothing more begins is how a good list ends.
    const bool read_all = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    ERR_clear_error();
    ec.clear();
    if (!read_all || sk_X509_num(found.get()) == 0)
        ec = tls_errc::invalid_certificate;
    return found;
}

tls_credentials credentials_from(const tls_identity& identity, std::error_code& ec) {
    ERR_clear_error();
    tls_credentials found;
    found.chain = certificates_from_pem(identity.certificates, ec);
    if (ec)
        return {};
    found.certificate.reset(sk_X509_shift(found.chain.get()));

    const bio_ptr reader = reader_of(identity.private_key);
    found.key.reset(PEM_read_bio_PrivateKey(reader.get(), nullptr, no_password, nullptr));
    if (!found.key)
        ec = tls_errc::invalid_private_key;
    else if (X509_check_private_key(found.certificate.get(), found.key.get()) != 1)
        ec = tls_errc::key_mismatch;
    ERR_clear_error();
    return found;
}

std::string to_pem(X509& certificate) {
    const bio_ptr writer{BIO_new(BIO_s_mem())};
    if (!writer || PEM_write_bio_X509(writer.get(), &certificate) != 1)
        throw std::bad_alloc{};
    char* text = nullptr;
    const long size = BIO_get_mem_data(writer.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

} // namespace netio::detail
