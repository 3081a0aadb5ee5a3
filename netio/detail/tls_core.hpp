#pragma once

#include <netio/detail/tls_handles.hpp>
#include <netio/detail/tls_pem.hpp>
#include <netio/detail/tls_session_cache.hpp>
#include <netio/tls_options.hpp>

#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace netio::detail {

/// What is behind a tls_client_context.
class tls_client_core {
  public:
    /// Where it fails, `option` is the one at fault: "identity".
    tls_client_core(const tls_client_options&, std::string& option, std::error_code& ec);

    /// A connection that has not begun, with all that is known about it.
    /// *Fails with* std::errc::invalid_argument where `host` can be no host.
    ssl_ptr make_connection(const std::string& host, std::error_code& ec);

    tls_session_cache& sessions() noexcept { return sessions_; }

  private:
    const bool verify_peer_;
    tls_session_cache sessions_;
    ssl_context_ptr context_;
};

/// What is behind a tls_server_context. OpenSSL calls it back, so it stays where it is.
class tls_server_core {
  public:
    /// Where it fails, `option` is the one at fault: "identities[1]".
    tls_server_core(const tls_server_options&, std::string& option, std::error_code& ec);
    tls_server_core(const tls_server_core&) = delete;
    tls_server_core& operator=(const tls_server_core&) = delete;

    ssl_ptr make_connection();

  private:
    static int choose_certificates(SSL*, void* core) noexcept;
    static int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
                               const unsigned char* offered, unsigned offered_size,
                               void* core) noexcept;

    std::vector<tls_credentials> credentials_;
    std::string protocols_; // as in the extension: each after a byte that has its size
    ssl_context_ptr context_;
};

} // namespace netio::detail
