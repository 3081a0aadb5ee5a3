#pragma once

#include <netio/http/connection_options.hpp>
#include <netio/http/detail/input.hpp>
#include <netio/http/detail/output.hpp>
#include <netio/http/detail/request_parser.hpp>
#include <netio/http/detail/transport.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <system_error>

namespace netio::http::detail {

/// Reads the body of one request, and no more.
class body_reader {
  public:
    body_reader(request_parser& parser, input& in, output& out, transport& from,
                const connection_options& options) noexcept
        : parser_{parser}
        , in_{in}
        , out_{out}
        , from_{from}
        , options_{options}
        , most_{options.max_body_bytes}
        , owes_continue_{parser.expects_continue} {}

    void limit(std::uint64_t bytes) noexcept { most_ = bytes; }
    bool is_done() const { return parser_.is_done() || received_ == parser_.length(); }
    /// Whether the peer waits to be told that it may send.
    bool owes_continue() const noexcept { return owes_continue_; }

    /// Returns 0 at the end.
    /// *Suspends until* some has arrived.
    /// *Fails with* errc::body_too_large, bad_request, timeout; and as the stream does. Then there is no way
    /// to go on.
    std::size_t read(std::span<char> into, std::error_code& ec);

    /// What read() has failed with.
    const std::error_code& failure() const noexcept { return failure_; }

    /// Reads what nobody wants. False: it is too much for that.
    bool skip();

  private:
    std::size_t parse(std::span<char> into, std::error_code& ec);
    /// Gets more; returns how much of it went straight to `into`, as it needed no parsing.
    std::size_t receive(std::span<char> into, std::error_code& ec);

    request_parser& parser_;
    input& in_;
    output& out_;
    transport& from_;
    const connection_options& options_;
    std::uint64_t most_;
    std::uint64_t received_ = 0;
    std::chrono::steady_clock::duration waited_{}; // for more
    bool owes_continue_;
    std::error_code failure_;
};

} // namespace netio::http::detail
