#include <netio/http/response.hpp>

#include <netio/http/detail/date_line.hpp>
#include <netio/http/detail/output.hpp>

#include <boost/beast/core/string.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <system_error>

namespace netio::http {
namespace {

/// "Content-Length: " and 5, as a line of its own.
void append_line(std::string_view before, std::uint64_t number, int base, std::string_view behind,
                 detail::output& to) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    to.append(before);
    to.append({digits.data(), static_cast<std::size_t>(end - digits.data())});
    to.append(behind);
    to.append("\r\n");
}

std::string_view reason(status code) {
    const auto text = boost::beast::http::obsolete_reason(code);
    return {text.data(), text.size()};
}

std::string_view to_text(field name) {
    const auto text = boost::beast::http::to_string(name);
    return {text.data(), text.size()};
}

void expect_no_line_break(std::string_view text) {
    // string_view::find_first_of() would call a function for each character.
    if (std::ranges::any_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }))
        throw std::invalid_argument{"netio::http::response: a line break in a field"};
}

void expect_field(std::string_view name, std::string_view value) {
    expect_no_line_break(name);
    expect_no_line_break(value);
}

void append_field(std::string_view name, std::string_view value, std::string& to) {
    to.append(name).append(": ").append(value).append("\r\n");
}

} // namespace

response::response(const asked& how, detail::output& out, std::string& fields,
                   detail::date_line& date) noexcept
    : asked_{how}, out_{out}, fields_{fields}, date_{date}, keeps_alive_{how.keeps_alive} {
    fields_.clear();
}

void response::set_status(http::status code) {
    expect(state::open);
    status_ = code;
}

void response::set(field name, std::string_view value) {
    set(to_text(name), value);
}

void response::set(std::string_view name, std::string_view value) {
    expect(state::open);
    expect_field(name, value); // before the former is gone
    remove(name);
    append_field(name, value, fields_);
}

void response::insert(field name, std::string_view value) {
    insert(to_text(name), value);
}

void response::insert(std::string_view name, std::string_view value) {
    expect(state::open);
    expect_field(name, value);
    append_field(name, value, fields_);
}

void response::set_length(std::uint64_t bytes) {
    expect(state::open);
    length_ = bytes;
}

void response::send(std::string_view body) {
    expect(state::open);
    begin(body.size());
    state_ = state::complete;
    if (!has_body())
        return;
    out_.write_last(body);
    written_ = body.size();
    check_output();
}

void response::send_status(http::status code) {
    set_status(code);
    set(field::content_type, "text/plain; charset=utf-8");
    send(std::to_string(static_cast<unsigned>(code)).append(" ").append(reason(code)).append("\n"));
}

void response::send_file(file& from, std::uint64_t count) {
    expect(state::open);
    begin(count);
    state_ = state::complete;
    if (!has_body())
        return;
    out_.send_file(from, count);
    written_ = count;
    check_output();
}

void response::write(std::string_view bytes) {
    if (state_ == state::open)
        begin(length_);
    expect(state::begun);
    if (length_ && bytes.size() > *length_ - written_)
        throw std::length_error{"netio::http::response: more than was announced"};
    written_ += bytes.size();
    if (bytes.empty() || !has_body())
        return;
    if (is_chunked_)
        append_line({}, bytes.size(), 16, {}, out_);
    out_.write(bytes);
    if (is_chunked_)
        out_.append("\r\n");
    check_output();
}

void response::flush() {
    if (state_ == state::open)
        begin(length_);
    out_.flush();
    check_output();
}

bool response::finish() {
    if (state_ == state::open)
        send({});
    if (state_ == state::begun && is_chunked_ && has_body())
        out_.append("0\r\n\r\n");
    state_ = state::complete;
    return !has_body() || !length_ || written_ == *length_;
}

void response::remove(std::string_view name) {
    for (std::size_t begin = 0; begin != fields_.size();) {
        const std::size_t end = fields_.find('\n', begin) + 1;
        const std::string_view line{fields_.data() + begin, end - begin};
        if (boost::beast::iequals(line.substr(0, line.find(':')), name))
            fields_.erase(begin, end - begin);
        else
            begin = end;
    }
}

void response::expect(state expected) const {
    if (state_ != expected)
        throw std::logic_error{state_ == state::complete
                                   ? "netio::http::response: it is complete"
                                   : "netio::http::response: its body has begun"};
}

void response::begin(std::optional<std::uint64_t> length) {
    length_ = length;
    state_ = state::begun;
    out_.begin_answer();
    const auto code = static_cast<unsigned>(status_);
    const bool may_have_length = code >= 200 && code != 204; // RFC 9110, 8.6
    is_chunked_ = !length && asked_.version == 11;
    if (!length && !is_chunked_)
        keeps_alive_ = false; // the end of the connection is the end of the body
    if (status_ == http::status::ok)
        out_.append("HTTP/1.1 200 OK\r\n");
    else
        append_line("HTTP/1.1 ", code, 10, std::string{" "}.append(reason(status_)), out_);
    out_.append(date_.now());
    out_.append(fields_);
    if (length && may_have_length && (code != 304 || *length != 0))
        append_line("Content-Length: ", *length, 10, {}, out_);
    else if (is_chunked_ && may_have_length)
        out_.append("Transfer-Encoding: chunked\r\n");
    if (!keeps_alive_)
        out_.append("Connection: close\r\n");
    else if (asked_.version == 10)
        out_.append("Connection: keep-alive\r\n");
    out_.append("\r\n");
}

bool response::has_body() const noexcept {
    const auto code = static_cast<unsigned>(status_);
    return !asked_.for_header_only && code >= 200 && code != 204 && code != 304;
}

void response::check_output() const {
    if (out_.has_failed())
        throw std::system_error{out_.failure(), "cannot write the answer to a request"};
}

} // namespace netio::http
