#pragma once

#include <netio/http.hpp>
#include <netio/tcp.hpp>
#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace test {

/// Fixture of the cases in which a client talks to serve_http(), byte by byte if need be.
class http_everywhere : public everywhere {
  protected:
    http_everywhere();

    netio::http::router router;
    netio::http::connection_options options;
    /// What handlers have thrown.
    std::vector<std::string> failures;

    /// Calls `talk(client)` while a server serves the other end of its connection, and sees that end.
    void with_server(const std::function<void(netio::tcp_stream&)>& talk);

    /// Everything that comes back for these bytes, until the server closes; the client does not end its side first.
    std::string answer_to(std::string_view bytes);
};

/// Reads as much, or what comes until the end.
std::string read_text(netio::tcp_stream&, std::size_t size);

/// "HTTP/1.1 200": what an answer begins with.
std::string status_of(const std::string& answer);

/// How often.
std::size_t count_of(std::string_view what, std::string_view in);

/// Behind the first empty line.
std::string body_of(const std::string& answer);

} // namespace test
