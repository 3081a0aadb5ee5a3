#include <netio/http/detail/request_parser.hpp>

#include <netio/http/error.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <cstring>
#include <limits>

namespace netio::http::detail {
namespace {

std::string_view view(boost::beast::string_view text) noexcept {
    return {text.data(), text.size()};
}

/// Beast's error, as what the answer depends on.
std::error_code as_ours(const boost::system::error_code& ec) {
    const std::error_code code = ec;
    return code.category() == http_category() ? code : errc::bad_request;
}

/// Whether the first line ends as one of HTTP does, in whichever version.
bool names_a_version(std::string_view header) {
    const std::string_view line = header.substr(0, header.find('\r'));
    const std::size_t at = line.rfind(" HTTP/");
    return at != line.npos && line.size() == at + 9 && line[at + 7] == '.';
}

bool is_number(std::string_view text) {
    return !text.empty() && text.size() < 20 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::size_t header_end::find(std::string_view text, std::error_code& ec) noexcept {
    ec.clear();
    for (;;) {
        const std::size_t end = text.find('\n', line_);
        if (end == text.npos)
            return 0;
        const std::string_view line = text.substr(line_, end - line_);
        if (!line.ends_with('\r') || line.find('\r') != line.size() - 1 ||
            line.find('\0') != line.npos || line.front() == ' ' || line.front() == '\t') {
            ec = errc::bad_request;
            return 0;
        }
        line_ = end + 1;
        if (line.size() == 1)
            return line_;
    }
}

request_parser::request_parser(fields& into, std::size_t max_fields, std::size_t max_target_bytes)
    : fields_{into}, max_fields_{max_fields}, max_target_bytes_{max_target_bytes} {
    fields_.clear();
    header_limit(std::numeric_limits<std::uint32_t>::max()); // whoever reads it looks at its size
    body_limit(boost::none);
}

void request_parser::read_header(std::string_view text, std::error_code& ec) {
    boost::system::error_code failure;
    const std::size_t consumed = put(boost::asio::buffer(text.data(), text.size()), failure);
    ec.clear();
    if (failure == boost::beast::http::error::bad_version && names_a_version(text))
        ec = errc::bad_version;
    else if (failure)
        ec = as_ours(failure);
    else if (!is_header_done() || consumed != text.size())
        ec = errc::bad_request;
    is_header_read_ = true;
}

std::size_t request_parser::read_body(std::string_view from, std::span<char>& into,
                                      std::error_code& ec) {
    ec.clear();
    room_ = into;
    std::size_t consumed = 0;
    while (!is_done() && consumed != from.size()) {
        boost::system::error_code failure;
        consumed +=
            put(boost::asio::buffer(from.data() + consumed, from.size() - consumed), failure);
        if (failure == boost::beast::http::error::need_buffer ||
            failure == boost::beast::http::error::need_more)
            break;
        if (failure) {
            ec = as_ours(failure);
            break;
        }
    }
    into = room_;
    return consumed;
}

std::optional<std::uint64_t> request_parser::length() const {
    if (chunked())
        return {};
    return content_length().value_or(0);
}

void request_parser::on_request_impl(verb which, string name, string where, int number, error& ec) {
    method = which;
    method_name = view(name);
    target = view(where);
    version = static_cast<unsigned>(number);
    if (target.size() > max_target_bytes_)
        ec = make_error_code(errc::target_too_long);
}

void request_parser::on_field_impl(http::field which, string name, string value, error& ec) {
    const header_field line{which, view(name), view(value)};
    if (is_header_read_) // a trailer: nobody waits for it, and it must not pass for a header
        return;
    if (fields_.size() == max_fields_) {
        ec = make_error_code(errc::header_too_large);
        return;
    }
    check(line, ec);
    fields_.push_back(line);
}

void request_parser::check(const header_field& line, error& ec) {
    switch (line.field) {
    case field::content_length:
        if (++lengths_ > 1 || !is_number(line.value))
            ec = make_error_code(errc::bad_request);
        break;
    case field::transfer_encoding:
        if (++codings_ > 1)
            ec = make_error_code(errc::bad_request);
        else if (!boost::beast::iequals({line.value.data(), line.value.size()}, "chunked"))
            ec = make_error_code(errc::unknown_coding);
        break;
    case field::host:
        ++hosts_;
        break;
    case field::expect:
        if (!boost::beast::iequals({line.value.data(), line.value.size()}, "100-continue"))
            ec = make_error_code(errc::unknown_expectation);
        expects_continue = version == 11;
        break;
    default:
        break;
    }
}

void request_parser::on_header_impl(error& ec) {
    const bool is_old = version == 10;
    if (hosts_ > 1 || (hosts_ == 0 && !is_old) || (codings_ != 0 && (lengths_ != 0 || is_old)))
        ec = make_error_code(errc::bad_request);
}

std::size_t request_parser::on_body_impl(string bytes, error& ec) {
    const std::size_t count = std::min(bytes.size(), room_.size());
    if (count != 0)
        std::memcpy(room_.data(), bytes.data(), count);
    room_ = room_.subspan(count);
    if (count != bytes.size())
        ec = boost::beast::http::error::need_buffer;
    return count;
}

void request_parser::on_chunk_header_impl(chunk_size, string extensions, error& ec) {
    if (extensions.find('\n') != extensions.npos) // for others the line may end there
        ec = make_error_code(errc::bad_request);
}

std::size_t request_parser::on_chunk_body_impl(chunk_size, string bytes, error& ec) {
    return on_body_impl(bytes, ec);
}

} // namespace netio::http::detail
