#include <netio/detail/tls_core.hpp>

#include <netio/detail/tls_authorities.hpp>
#include <netio/detail/tls_engine.hpp>
#include <netio/detail/tls_failure.hpp>
#include <netio/ip_address.hpp>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <new>
#include <utility>

namespace netio::detail {
namespace {

constexpr std::size_t longest_host = 255, longest_protocol = 255;

std::error_code invalid_argument() noexcept {
    return std::make_error_code(std::errc::invalid_argument);
}

ssl_context_ptr make_context(const SSL_METHOD* method, tls_version minimum) {
    ERR_clear_error();
    ssl_context_ptr context{SSL_CTX_new(method)};
    if (!context)
        throw std::bad_alloc{};
    SSL_CTX_set_min_proto_version(context.get(), minimum == tls_version::tls_1_3 ? TLS1_3_VERSION
                                                                                 : TLS1_2_VERSION);
    // Whoever writes would have to read all of a sudden; TLS 1.3 has done away with it.
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    // One of those that are trusted is enough, though it be no root.
    X509_STORE_set_flags(SSL_CTX_get_cert_store(context.get()), X509_V_FLAG_PARTIAL_CHAIN);
    return context;
}

/// Takes one option after the other, and stops at one that is at fault.
class option_reader {
  public:
    /// `option` tells which one it was.
    option_reader(std::string& option, std::error_code& ec) noexcept : option_{option}, ec_{ec} {
        ec.clear();
    }

    template <class Step>
    void take(std::string name, Step step) {
        if (ec_)
            return;
        option_ = std::move(name);
        step();
    }

    template <class Elements, class Step>
    void take_each(const std::string& name, const Elements& elements, Step step) {
        for (std::size_t i = 0; i != elements.size(); ++i)
            take(name + '[' + std::to_string(i) + ']', [&] { step(elements[i]); });
    }

  private:
    std::string& option_;
    std::error_code& ec_;
};

/// Appends to the ALPN extension, RFC 7301 section 3.1.
void append_protocol(std::string& list, const std::string& protocol, std::error_code& ec) {
    if (protocol.empty() || protocol.size() > longest_protocol)
        ec = invalid_argument();
    list += static_cast<char>(protocol.size());
    list += protocol;
}

void use(SSL_CTX& context, const tls_credentials& own, std::error_code& ec) {
    if (SSL_CTX_use_cert_and_key(&context, own.certificate.get(), own.key.get(), own.chain.get(),
                                 1) != 1)
        ec = take_openssl_failure(invalid_argument());
}

const unsigned char* bytes_of(const std::string& text) noexcept {
    return reinterpret_cast<const unsigned char*>(text.data());
}

int remember_session(SSL* connection, SSL_SESSION* session) noexcept {
    tls_engine::take_session(connection, session);
    return 1; // it is ours now
}

void ask_for(SSL& connection, const std::string& host, bool verify, std::error_code& ec) {
    std::error_code no_address;
    const ip_address address = ip_address::parse(host, no_address);
    if (no_address && SSL_set_tlsext_host_name(&connection, host.c_str()) != 1)
        ec = invalid_argument();
    if (!verify)
        return;
    SSL_set_hostflags(&connection, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM* const expected = SSL_get0_param(&connection);
    int done = 0;
    if (no_address) {
        done = SSL_set1_host(&connection, host.c_str());
    } else if (address.is_v4()) {
        const auto bytes = address.to_v4_bytes();
        done = X509_VERIFY_PARAM_set1_ip(expected, bytes.data(), bytes.size());
    } else {
        const auto& bytes = address.to_v6_bytes();
        done = X509_VERIFY_PARAM_set1_ip(expected, bytes.data(), bytes.size());
    }
    if (done != 1)
        ec = invalid_argument();
}

} // namespace

tls_client_core::tls_client_core(const tls_client_options& options, std::string& option,
                                 std::error_code& ec)
    : verify_peer_{options.verify_peer}
    , sessions_{options.remembered_sessions}
    , context_{make_context(TLS_client_method(), options.minimum_version)} {
    SSL_CTX_set_verify(context_.get(), verify_peer_ ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    X509_STORE& trusted = *SSL_CTX_get_cert_store(context_.get());
    option_reader reader{option, ec};
    reader.take("system_authorities", [&] {
        if (verify_peer_ && options.system_authorities)
            add_system_authorities(trusted, ec);
    });
    reader.take("authorities", [&] { add_authorities(trusted, options.authorities, ec); });
    reader.take("identity", [&] {
        if (!options.identity)
            return;
        const tls_credentials own = credentials_from(*options.identity, ec);
        if (!ec)
            use(*context_, own, ec);
    });
    std::string protocols;
    reader.take_each("application_protocols", options.application_protocols,
                     [&](const std::string& each) { append_protocol(protocols, each, ec); });
    SSL_CTX_set_alpn_protos(context_.get(), bytes_of(protocols),
                            static_cast<unsigned>(protocols.size()));
    SSL_CTX_set_session_cache_mode(context_.get(),
                                   SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(context_.get(), remember_session);
}

ssl_ptr tls_client_core::make_connection(const std::string& host, std::error_code& ec) {
    ERR_clear_error();
    ssl_ptr connection{SSL_new(context_.get())};
    if (!connection)
        throw std::bad_alloc{};
    SSL_set_connect_state(connection.get());
    ec.clear();
    if (host.size() > longest_host || host.find('\0') != host.npos ||
        (host.empty() && verify_peer_))
        ec = invalid_argument();
    else if (!host.empty())
        ask_for(*connection, host, verify_peer_, ec);
    if (!ec)
        if (const session_ptr last = sessions_.take(host))
            SSL_set_session(connection.get(), last.get());
    ERR_clear_error();
    return connection;
}

tls_server_core::tls_server_core(const tls_server_options& options, std::string& option,
                                 std::error_code& ec)
    : context_{make_context(TLS_server_method(), options.minimum_version)} {
    option_reader reader{option, ec};
    reader.take("identities", [&] {
        if (options.identities.empty())
            ec = invalid_argument();
    });
    reader.take_each("identities", options.identities, [&](const tls_identity& each) {
        credentials_.push_back(credentials_from(each, ec));
    });
    reader.take("identities[0]", [&] { use(*context_, credentials_.front(), ec); });
    SSL_CTX_set_cert_cb(context_.get(), choose_certificates, this);

    if (options.client_certificate != tls_client_certificate::ignored) {
        const bool required = options.client_certificate == tls_client_certificate::required;
        SSL_CTX_set_verify(context_.get(),
                           SSL_VERIFY_PEER | (required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                           nullptr);
        reader.take("authorities", [&] {
            add_authorities(*SSL_CTX_get_cert_store(context_.get()), options.authorities, ec);
        });
    }
    reader.take_each("application_protocols", options.application_protocols,
                     [&](const std::string& each) { append_protocol(protocols_, each, ec); });
    if (!protocols_.empty())
        SSL_CTX_set_alpn_select_cb(context_.get(), choose_protocol, this);

    // Clients keep their sessions themselves, as tickets (RFC 5077): nothing is kept here for those who
    // never come again. OpenSSL wants a name for where sessions hold, once clients have certificates.
    SSL_CTX_set_session_cache_mode(context_.get(), SSL_SESS_CACHE_OFF);
    constexpr std::string_view here = "netio";
    SSL_CTX_set_session_id_context(context_.get(),
                                   reinterpret_cast<const unsigned char*>(here.data()),
                                   static_cast<unsigned>(here.size()));
}

ssl_ptr tls_server_core::make_connection() {
    ERR_clear_error();
    ssl_ptr connection{SSL_new(context_.get())};
    if (!connection)
        throw std::bad_alloc{};
    SSL_set_accept_state(connection.get());
    return connection;
}

/// All that bear the name: there may be one for each kind of key. The first is in use already.
int tls_server_core::choose_certificates(SSL* connection, void* core) noexcept {
    const char* const name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
    if (!name)
        return 1;
    bool first_match = true;
    for (const tls_credentials& own : static_cast<tls_server_core*>(core)->credentials_) {
        if (X509_check_host(own.certificate.get(), name, 0, 0, nullptr) != 1)
            continue;
        if (std::exchange(first_match, false))
            SSL_certs_clear(connection);
        if (SSL_use_cert_and_key(connection, own.certificate.get(), own.key.get(), own.chain.get(),
                                 1) != 1)
            return 0;
    }
    return 1;
}

int tls_server_core::choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                                     const unsigned char* offered, unsigned offered_size,
                                     void* core) noexcept {
    const std::string& own = static_cast<tls_server_core*>(core)->protocols_;
    unsigned char* found = nullptr;
    const int result =
        SSL_select_next_proto(&found, chosen_size, bytes_of(own), static_cast<unsigned>(own.size()),
                              offered, offered_size);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

} // namespace netio::detail
