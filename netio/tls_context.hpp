#pragma once

#include <netio/tls_options.hpp>

#include <memory>
#include <system_error>

namespace netio {

namespace detail {
class tls_client_core;
class tls_server_core;
} // namespace detail

template <class Stream>
class tls_stream;

/// What the TLS connections of a client have in common: whom it trusts, who it is, sessions to
/// resume. Make one and keep it: reading the system's authorities takes some ten milliseconds.
/// A copy is the same context; the connections made with it keep it.
///
/// *May be used by* any number of fibers and plain threads at once.
class tls_client_context {
  public:
    /// *Suspends until* the system's authorities have been read, if they are wanted.
    /// *Fails with* an exception that names the option: tls_errc::invalid_certificate, invalid_private_key, key_mismatch, and
    /// std::errc::invalid_argument for application protocols that are empty or too long.
    explicit tls_client_context(const tls_client_options& options = {});
    tls_client_context(const tls_client_options& options, std::error_code& ec);

  private:
    template <class Stream>
    friend class tls_stream;

    std::shared_ptr<detail::tls_client_core> core_; // null after a failure
};

/// What the TLS connections of a server have in common. To change a certificate, make a new context
/// for the connections to come. A copy is the same context; the connections made with it keep it.
///
/// *May be used by* any number of fibers and plain threads at once.
class tls_server_context {
  public:
    /// *Fails as* that of a client does, and with std::errc::invalid_argument without an identity.
    explicit tls_server_context(const tls_server_options& options);
    tls_server_context(const tls_server_options& options, std::error_code& ec);

  private:
    template <class Stream>
    friend class tls_stream;

    std::shared_ptr<detail::tls_server_core> core_; // null after a failure
};

} // namespace netio
