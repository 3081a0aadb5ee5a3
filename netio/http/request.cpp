#include <netio/http/request.hpp>

#include <netio/detail/or_throw.hpp>
#include <netio/http/detail/body_reader.hpp>

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/rfc7230.hpp>

#include <algorithm>
#include <span>

namespace netio::http {
namespace {

boost::beast::string_view for_beast(std::string_view text) noexcept {
    return {text.data(), text.size()};
}

template <class Fields, class Matches>
std::string_view first_value(const Fields& fields, Matches matches) {
    const auto found = std::ranges::find_if(fields, matches);
    return found == fields.end() ? std::string_view{} : found->value;
}

/// Of "http://host/path" what is behind the host (RFC 9112, 3.2.2).
std::string_view without_authority(std::string_view target) {
    const std::size_t scheme = target.find("://");
    if (target.starts_with('/') || scheme == target.npos)
        return target;
    const std::size_t path = target.find('/', scheme + 3);
    return path == target.npos ? "/" : target.substr(path);
}

} // namespace

request::request(detail::request_parser& parser, const detail::request_parser::fields& fields,
                 detail::body_reader& body, upgraded_stream& connection,
                 std::string_view peer) noexcept
    : parser_{parser}, fields_{fields}, body_{body}, connection_{connection}, peer_{peer} {
    const std::string_view target = without_authority(parser.target);
    const std::size_t end = std::min(target.find('?'), target.size());
    path_ = target.substr(0, end);
    query_ = target.substr(std::min(end + 1, target.size()));
}

std::string_view request::operator[](field name) const noexcept {
    return first_value(fields_, [&](const header_field& each) { return each.field == name; });
}

std::string_view request::operator[](std::string_view name) const noexcept {
    return first_value(fields_, [&](const header_field& each) {
        return boost::beast::iequals(for_beast(each.name), for_beast(name));
    });
}

bool request::contains(field name) const noexcept {
    return std::ranges::any_of(fields_,
                               [&](const header_field& each) { return each.field == name; });
}

void request::limit_body(std::uint64_t bytes) noexcept {
    body_.limit(bytes);
}

std::size_t request::read(mutable_buffer into) {
    return netio::detail::or_throw([&](std::error_code& ec) { return read(into, ec); },
                                   "cannot read the body of a request");
}

std::size_t request::read(mutable_buffer into, std::error_code& ec) {
    return body_.read({reinterpret_cast<char*>(into.data()), into.size()}, ec);
}

std::string request::body() {
    return netio::detail::or_throw([&](std::error_code& ec) { return body(ec); },
                                   "cannot read the body of a request");
}

std::string request::body(std::error_code& ec) {
    constexpr std::size_t least_room = 4096, most_room = 64 * 1024;
    std::string whole;
    std::size_t size = 0;
    ec.clear();
    while (!body_.is_done() && !ec) {
        // Memory follows what has come, not what is announced.
        whole.resize(size + std::clamp(size, least_room, most_room));
        size += body_.read(std::span{whole}.subspan(size), ec);
    }
    whole.resize(size);
    return whole;
}

bool request::wants_upgrade(std::string_view protocol) const noexcept {
    const auto names = [&](field which, std::string_view token) {
        const std::string_view value = (*this)[which];
        return boost::beast::http::token_list{for_beast(value)}.exists(for_beast(token));
    };
    return names(field::connection, "upgrade") && names(field::upgrade, protocol);
}

upgraded_stream& request::upgrade() {
    connection_.begin();
    return connection_;
}

} // namespace netio::http
