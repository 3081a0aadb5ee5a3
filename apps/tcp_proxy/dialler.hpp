#pragma once

#include <apps/tcp_proxy/options.hpp>

#include <netio/proxy_header.hpp>
#include <netio/resolver.hpp>
#include <netio/tcp_stream.hpp>
#include <netio/tls_context.hpp>
#include <netio/tls_stream.hpp>
#include <netio/unix_stream.hpp>

#include <optional>
#include <string>
#include <variant>

/// A connection to a backend, of whatever kind.
using backend_stream =
    std::variant<netio::tcp_stream, netio::unix_stream, netio::tls_stream<netio::tcp_stream>,
                 netio::tls_stream<netio::unix_stream>>;

/// Connects to backends as the options say.
class dialler {
  public:
    /// *Fails* where the authorities are none.
    explicit dialler(const options& chosen);

    /// Connects, writes the header where one is to be sent, and speaks TLS where that is wanted.
    /// *Suspends until* that is done. *Fails with* what stands in the way, std::errc::timed_out included.
    backend_stream dial(const std::string& address, const netio::proxy_header& header);

  private:
    template <class Stream>
    backend_stream prepare(Stream stream, const std::string& address,
                           const netio::proxy_header& header) const;

    const options& options_;
    netio::resolver names_;
    std::optional<netio::tls_client_context> tls_; // none: plain
};
