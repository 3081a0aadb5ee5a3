#pragma once

#include <apps/chat/visitor.hpp>

#include <netio/http/websocket.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <system_error>

/// Somebody with a browser: each message is a line.
class web_visitor final : public visitor {
  public:
    explicit web_visitor(netio::http::request& request)
        : socket_{request, {.max_message_bytes = longest_line}} {}

    std::optional<std::string_view> read_line(std::error_code& ec) override {
        if (!socket_.read(line_, ec))
            return {};
        if (!socket_.got_text()) { // others would get it as text, which it may not be
            ec = std::make_error_code(std::errc::illegal_byte_sequence);
            return {};
        }
        return line_;
    }
    void write_line(std::string_view line) override {
        line.remove_suffix(1); // where a message ends is known without that
        socket_.write(line);
    }
    void hang_up() noexcept override { socket_.abort(); }
    /// The browser is told by close(), which the session's reader calls.
    void finish() override {}

    void close() noexcept { socket_.close(); }

  private:
    netio::http::websocket socket_;
    std::string line_;
};
