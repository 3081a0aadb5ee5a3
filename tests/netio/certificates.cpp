#include <tests/netio/certificates.hpp>

#include <atomic>
#include <stdexcept>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace test {
namespace {

using certificate_ptr = std::shared_ptr<X509>;
using key_ptr = std::shared_ptr<EVP_PKEY>;

void check(bool done) {
    if (!done)
        throw std::runtime_error{"cannot make a certificate"};
}

key_ptr make_key() {
    return {EVP_EC_gen("P-256"), EVP_PKEY_free};
}

void extend(X509* certificate, X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    check(extension && X509_add_ext(certificate, extension, -1));
    X509_EXTENSION_free(extension);
}

/// With all but its extensions and the signature.
certificate_ptr make_certificate(const std::string& name, const key_ptr& key, X509* issuer,
                                 const certificate_wish& wish) {
    static std::atomic<int> serial = 1;
    const certificate_ptr made{X509_new(), X509_free};
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial++);
    const auto seconds = [](std::chrono::hours hours) {
        return static_cast<long>(std::chrono::seconds{hours}.count());
    };
    X509_gmtime_adj(X509_getm_notBefore(made.get()), seconds(wish.from));
    X509_gmtime_adj(X509_getm_notAfter(made.get()), seconds(wish.until));
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* const subject = X509_get_subject_name(made.get());
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made.get(), X509_get_subject_name(issuer ? issuer : made.get()));
    return made;
}

template <class Write>
std::string pem(Write write) {
    BIO* const text = BIO_new(BIO_s_mem());
    check(write(text) == 1);
    char* data = nullptr;
    const long size = BIO_get_mem_data(text, &data);
    std::string result{data, static_cast<std::size_t>(size)};
    BIO_free(text);
    return result;
}

std::string to_pem(X509* certificate) {
    return pem([&](BIO* text) { return PEM_write_bio_X509(text, certificate); });
}

} // namespace

authority::authority(const std::string& name) : certificate_{nullptr}, key_{make_key()} {
    certificate_ = make_certificate(name, key_, nullptr, {});
    extend(certificate_.get(), certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    extend(certificate_.get(), certificate_.get(), NID_subject_key_identifier, "hash");
    extend(certificate_.get(), certificate_.get(), NID_key_usage, "critical,keyCertSign");
    check(X509_sign(certificate_.get(), key_.get(), EVP_sha256()) > 0);
    pem_ = to_pem(certificate_.get());
}

netio::tls_identity authority::issue(const certificate_wish& wish) const {
    const key_ptr key = make_key();
    const certificate_ptr made = make_certificate("somebody", key, certificate_.get(), wish);
    extend(made.get(), certificate_.get(), NID_subject_alt_name, wish.names);
    extend(made.get(), certificate_.get(), NID_authority_key_identifier, "keyid");
    check(X509_sign(made.get(), key_.get(), EVP_sha256()) > 0);
    return {to_pem(made.get()), pem([&](BIO* text) {
                return PEM_write_bio_PrivateKey(text, key.get(), nullptr, nullptr, 0, nullptr,
                                                nullptr);
            })};
}

} // namespace test
