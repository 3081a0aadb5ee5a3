#pragma once

#include <netio/tcp.hpp>
#include <netio/tls.hpp>
#include <tests/netio/certificates.hpp>
#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <string>
#include <system_error>

namespace test {

using tls_stream = netio::tls_stream<netio::tcp_stream>;

/// The two ends of one connection over the loopback interface, and how their handshakes went.
struct tls_connection {
    tls_stream client, server;
    std::error_code client_error, server_error;
};

/// Fixture of the cases that speak TLS, in every place.
class tls_everywhere : public everywhere {
  protected:
    const authority trusted;
    netio::tls_client_options client_options{.system_authorities = false,
                                             .authorities = trusted.certificate()};
    netio::tls_server_options server_options{.identities = {trusted.issue()}};

    tls_connection connect(const netio::tls_client_context&, const netio::tls_server_context&,
                           const std::string& host = "localhost");

    /// With those options.
    tls_connection connect(const std::string& host = "localhost");
};

/// Reads until the peer has finished.
std::string read_text(tls_stream&);

} // namespace test
