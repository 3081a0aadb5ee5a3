#pragma once

#include <netio/buffer.hpp>
#include <netio/http/detail/request_parser.hpp>
#include <netio/http/upgraded_stream.hpp>
#include <netio/http/words.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace netio::http {

namespace detail {
class body_reader;
class exchange;
} // namespace detail

using header_field = detail::header_field;

/// A request, for the handler that answers it, and as long as that runs. All texts lie in it.
///
/// *May be used by* the handler, or one fiber of its at a time.
class request {
  public:
    http::verb method() const noexcept { return parser_.method; }
    std::string_view method_name() const noexcept { return parser_.method_name; }

    /// As it was sent: "/a%20b?c=d".
    std::string_view target() const noexcept { return parser_.target; }
    /// Without what is behind the question mark, and without "http://host" in front; still encoded.
    std::string_view path() const noexcept { return path_; }
    /// Behind the question mark.
    std::string_view query() const noexcept { return query_; }

    /// The client, as serve_http() was told.
    std::string_view peer() const noexcept { return peer_; }

    /// 10 or 11.
    unsigned version() const noexcept { return parser_.version; }

    std::span<const header_field> fields() const noexcept { return fields_; }
    /// The value of the first such field; empty where there is none.
    std::string_view operator[](field name) const noexcept;
    std::string_view operator[](std::string_view name) const noexcept;
    bool contains(field name) const noexcept;

    /// Of the body in bytes; nothing: it comes in chunks.
    std::optional<std::uint64_t> content_length() const { return parser_.length(); }

    /// Another limit of the body than connection_options::max_body_bytes, for this request.
    void limit_body(std::uint64_t bytes) noexcept;

    /// Some of the body; returns how many bytes, and 0 at the end. A peer that waits to be told that it may send
    /// is told so first.
    /// *Suspends until* some is there.
    /// *Fails with* errc::body_too_large, bad_request (of a chunk, or the peer has ended), timeout; and as the
    /// stream does. A handler that lets that pass need not answer: it is done for it.
    std::size_t read(mutable_buffer into);
    std::size_t read(mutable_buffer into, std::error_code& ec);

    /// The whole body.
    std::string body();
    std::string body(std::error_code& ec);

    /// Whether the client wants to go on in another protocol, as "websocket".
    bool wants_upgrade(std::string_view protocol) const noexcept;

    /// The connection, to go on in another protocol until the handler returns; then it is closed. It begins with
    /// the header of this request, as boost::beast::websocket::stream::accept() wants to read it. No limits are
    /// there any more, but for ambient ones.
    upgraded_stream& upgrade();

  private:
    friend class detail::exchange;

    request(detail::request_parser& parser, const detail::request_parser::fields& fields,
            detail::body_reader& body, upgraded_stream& connection, std::string_view peer) noexcept;

    detail::request_parser& parser_;
    const detail::request_parser::fields& fields_;
    detail::body_reader& body_;
    upgraded_stream& connection_;
    std::string_view peer_, path_, query_;
};

} // namespace netio::http
