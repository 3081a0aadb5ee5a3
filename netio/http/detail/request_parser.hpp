#pragma once

#include <netio/http/words.hpp>

#include <boost/beast/http/basic_parser.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <system_error>
#include <vector>

namespace netio::http::detail {

/// One line of a header.
struct header_field {
    http::field field; ///< unknown: it has only its name
    std::string_view name;
    std::string_view value;
};

/// Where in `text` a header ends, behind its empty line; looks only at what it has not seen before.
/// Refuses what Beast, or somebody else on the way, might take for something else than it is: a line that
/// ends in a bare line feed, a carriage return elsewhere, NUL, a line that continues the one before.
class header_end {
  public:
    /// 0: not yet.
    /// *Fails with* errc::bad_request.
    std::size_t find(std::string_view text, std::error_code& ec) noexcept;

  private:
    std::size_t line_ = 0; // where the line begins that has not ended yet
};

/// Beast's parser of one request, stricter than it is: what could be read in two ways is refused
/// (RFC 9112, 11.2). Names and values lie in the header that it has read.
class request_parser final : public boost::beast::http::basic_parser<true> {
  public:
    using fields = std::vector<header_field>;

    /// `into`, lent so that its memory is used again, gets the fields, and may get so many.
    request_parser(fields& into, std::size_t max_fields, std::size_t max_target_bytes);

    /// A whole header.
    /// *Fails with* one of errc.
    void read_header(std::string_view text, std::error_code& ec);

    /// Some of the body from `from`, as much as there is room for; returns how many bytes of `from` have been
    /// consumed. `into` becomes what is left of the room. What has begun is not always consumed: more must come
    /// behind it then.
    std::size_t read_body(std::string_view from, std::span<char>& into, std::error_code& ec);

    verb method = verb::unknown;
    std::string_view method_name, target;
    unsigned version = 0; ///< 10 or 11
    bool expects_continue = false;

    /// Of the body, where that is known beforehand.
    std::optional<std::uint64_t> length() const;

  private:
    using string = boost::beast::string_view;
    using error = boost::system::error_code;
    using chunk_size = std::uint64_t;

    void on_request_impl(verb, string, string, int, error&) override;
    void on_response_impl(int, string, int, error&) override {}
    void on_field_impl(http::field, string, string, error&) override;
    void on_header_impl(error&) override;
    void on_body_init_impl(const boost::optional<chunk_size>&, error&) override {}
    std::size_t on_body_impl(string, error&) override;
    void on_chunk_header_impl(chunk_size, string, error&) override;
    std::size_t on_chunk_body_impl(chunk_size, string, error&) override;
    void on_finish_impl(error&) override {}

    void check(const header_field&, error&);

    fields& fields_;
    const std::size_t max_fields_, max_target_bytes_;
    std::size_t hosts_ = 0, lengths_ = 0, codings_ = 0;
    bool is_header_read_ = false;
    std::span<char> room_;
};

} // namespace netio::http::detail
