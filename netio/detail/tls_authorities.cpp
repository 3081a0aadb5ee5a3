#include <netio/detail/tls_authorities.hpp>

#include <netio/detail/tls_pem.hpp>

#include <fibers/blocking.hpp>

#include <openssl/err.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <filesystem>

namespace netio::detail {
namespace {

/// Where OpenSSL would look, too.
std::string place(const char* variable, const char* otherwise) {
    const char* const chosen = std::getenv(variable);
    return chosen ? chosen : otherwise;
}

void read_authorities(X509_STORE& store) {
    const std::string file = place(X509_get_default_cert_file_env(), X509_get_default_cert_file());
    if (X509_STORE_load_file(&store, file.c_str()) == 1)
        return;
    const std::string folder = place(X509_get_default_cert_dir_env(), X509_get_default_cert_dir());
    std::error_code unreadable;
    for (const auto& entry : std::filesystem::directory_iterator{folder, unreadable})
        X509_STORE_load_file(&store, entry.path().c_str());
}

} // namespace

void add_system_authorities(X509_STORE& store, std::error_code& ec) try {
    fibers::blocking([&] {
        read_authorities(store);
        ERR_clear_error(); // of files that are no certificates
    });
} catch (const std::system_error& withdrawn) {
    ec = withdrawn.code();
}

void add_authorities(X509_STORE& store, const std::string& text, std::error_code& ec) {
    if (text.empty())
        return;
    const chain_ptr authorities = certificates_from_pem(text, ec);
    for (int i = 0; !ec && i < sk_X509_num(authorities.get()); ++i)
        if (X509_STORE_add_cert(&store, sk_X509_value(authorities.get(), i)) != 1)
            ec = std::make_error_code(std::errc::not_enough_memory);
}

} // namespace netio::detail
