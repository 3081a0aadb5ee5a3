#pragma once

#include <netio/http/request.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>

namespace netio::http {

struct websocket_options {
    std::size_t max_message_bytes = 64 * 1024;
    /// How long close() waits for the client to agree.
    std::chrono::milliseconds close_timeout{2'000};
};

/// A WebSocket (RFC 6455), the server's end, for the time of a handler.
///
///     router.get("/echo", [](auto& request, auto& answer) {
///         if (!request.wants_upgrade("websocket"))
///             return answer.send_status(netio::http::status::upgrade_required);
///         netio::http::websocket socket{request};
///         for (std::string message; socket.read(message);)
///             socket.write(message);
///     });
///
/// A browser lets any page connect to any server: whoever acts upon cookies looks at the field Origin first.
///
/// What is said of a call that suspends *fails with* std::errc::timed_out (ambient deadline), operation_canceled
/// (stop), as the stream does, and with Beast's errors: after each of these, only destroying is left.
///
/// *May be used by* one fiber that reads, and any number that write at the same time; close() is for the one
/// that reads.
class websocket {
  public:
    /// Accepts. *Suspends until* the client has been told so. *Fails with* Beast's errors where it does not ask
    /// as it should; it has been told that, too.
    explicit websocket(request&, const websocket_options& options = {});
    websocket(const websocket&) = delete;
    websocket& operator=(const websocket&) = delete;
    ~websocket();

    /// The next message, which takes the place of what was in `message`. False: the client has closed. Pings are
    /// answered meanwhile.
    /// *Suspends until* it has come.
    bool read(std::string& message);
    bool read(std::string& message, std::error_code& ec);

    /// Whether the last message was text, and so is UTF-8.
    bool got_text() const;

    /// Sends a message; as text, which must be UTF-8, or binary.
    /// *Suspends until* the stream has taken it.
    void write(std::string_view message);
    void write(std::string_view message, std::error_code& ec);
    void write_binary(std::string_view message);
    void write_binary(std::string_view message, std::error_code& ec);

    /// Closes, and waits for the client to agree; after that, there is nothing to read. It is not told where that
    /// failed: the connection is closed all the same.
    void close(std::string_view reason = {}) noexcept;

    /// Ends the connection at once: whoever reads or writes fails. May be called by anybody.
    void abort() noexcept;

  private:
    class impl;
    std::unique_ptr<impl> impl_;
};

} // namespace netio::http
