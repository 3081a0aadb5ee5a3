#pragma once

#include <netio/http/connection_options.hpp>
#include <netio/http/detail/connection.hpp>
#include <netio/http/router.hpp>
#include <netio/stream.hpp>

#include <string_view>

namespace netio::http {

/// Serves the requests of one connection (HTTP/1.1 and 1.0: RFC 9110, RFC 9112), one after the other, until it
/// ends; then the stream is closed. Requests that come together (pipelining) are answered together. A request
/// that is wrong, too large or too slow gets the status for that; one that could be read in two ways is
/// refused (RFC 9112, 11.2).
///
///     netio::http::router router;
///     router.get("/hello", [](auto&, auto& answer) { answer.send("hello\n"); });
///     for (netio::tcp_stream stream : listener.incoming())
///         connections.spawn([&router](netio::tcp_stream peer) { netio::http::serve_http(peer, router); },
///                           std::move(stream));
///
/// `peer` is what request::peer() says.
///
/// *Suspends until* that is done. It does not fail: connections end in many ways, and none is the server's to
/// act upon. What a handler throws becomes 500 and goes to connection_options::on_error. A stop or the ambient deadline
/// ends the connection.
template <stream Stream>
void serve_http(Stream& stream, const router& router, const connection_options& options = {},
                std::string_view peer = {}) {
    detail::stream_transport below{stream};
    detail::connection{below, router, options, peer}.run();
}

} // namespace netio::http
