#pragma once

#include <netio/file.hpp>
#include <netio/http/words.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace netio::http {

namespace detail {
class date_line;
class exchange;
class output;
} // namespace detail

/// The answer to a request: status and fields first, then the body, in one of four ways: send(), send_status(),
/// send_file(), or write() as often as needed. A handler that does none of them has sent an empty body.
///
/// | state    | set_…       | send…      | write      | the handler returns           |
/// |----------|-------------|------------|------------|-------------------------------|
/// | open     | –           | → complete | → begun    | sends an empty body           |
/// | begun    | logic_error | logic_error | –         | ends the body: → complete     |
/// | complete | logic_error | logic_error | logic_error | –                           |
///
/// The answer to a HEAD is the same without its body; handlers need not care.
/// Content-Length, Transfer-Encoding, Connection and Date are not the handler's to set.
///
/// What suspends *fails with* what the stream has failed with, for instance since the client is gone; a handler
/// lets that pass.
///
/// *May be used by* the handler, or one fiber of its at a time.
class response {
  public:
    http::status status() const noexcept { return status_; }
    /// 200 without it.
    void set_status(http::status);

    /// Sets a field, in place of those that are called so, in capitals or not.
    /// *Fails with* std::invalid_argument where a line break or NUL is in it.
    void set(field name, std::string_view value);
    void set(std::string_view name, std::string_view value);
    /// One more field, as each Set-Cookie is. Fails as set() does.
    void insert(field name, std::string_view value);
    void insert(std::string_view name, std::string_view value);

    /// How long the body will be, for write(): without it, it goes in chunks (RFC 9112, 7.1).
    void set_length(std::uint64_t bytes);

    /// The connection ends with this answer.
    void set_last() noexcept { keeps_alive_ = false; }

    /// The whole body. What is small goes together with the answers to requests that have come already.
    void send(std::string_view body);
    /// A body that says in words what the status is: "404 Not Found".
    void send_status(http::status);
    /// `count` bytes from the file's position on, by sendfile(2) where that can be.
    void send_file(file& from, std::uint64_t count);

    /// Some of the body. Sent when enough has come together, or by flush().
    /// *Fails with* std::length_error where it is more than set_length() has said.
    void write(std::string_view bytes);
    void flush();

    bool has_begun() const noexcept { return state_ != state::open; }

  private:
    friend class detail::exchange;

    enum class state { open, begun, complete };

    /// What the request has to do with the answer.
    struct asked {
        unsigned version;
        bool for_header_only; // HEAD
        bool keeps_alive;
    };

    /// `fields` and `date` are lent, so that their memory is used again.
    response(const asked& how, detail::output& out, std::string& fields,
             detail::date_line& date) noexcept;

    void expect(state) const;
    void remove(std::string_view name);
    void begin(std::optional<std::uint64_t> length);
    bool has_body() const noexcept;
    void check_output() const;

    /// The handler has returned. False: what was announced has not been written.
    bool finish();

    const asked asked_;
    detail::output& out_;
    std::string& fields_; // as they are sent
    detail::date_line& date_;
    http::status status_ = http::status::ok;
    state state_ = state::open;
    bool keeps_alive_;
    bool is_chunked_ = false;
    std::optional<std::uint64_t> length_;
    std::uint64_t written_ = 0;
};

} // namespace netio::http
