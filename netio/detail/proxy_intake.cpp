#include <netio/detail/proxy_intake.hpp>

#include <netio/detail/proxy_binary.hpp>
#include <netio/detail/proxy_line.hpp>
#include <netio/proxy_error.hpp>

#include <algorithm>
#include <span>

namespace netio::detail {
namespace {

/// "PROXY", the protocol, two addresses, two ports.
constexpr std::ptrdiff_t words_of_line = 6;

} // namespace

std::string_view proxy_intake::text() const noexcept {
    return {reinterpret_cast<const char*>(bytes_.data()), size_};
}

mutable_buffer proxy_intake::missing(std::error_code& ec) noexcept {
    ec.clear();
    std::size_t count = 0;
    if (size_ == 0)
        count = proxy_binary_signature.size();
    else if (text().starts_with(proxy_binary_signature))
        count = missing_of_binary(ec);
    else if (text().starts_with(proxy_line_signature))
        count = missing_of_line(ec);
    else
        ec = proxy_errc::missing;
    const mutable_buffer room = std::span{bytes_}.subspan(size_, count);
    size_ += count;
    return room;
}

/// At least so many bytes are to come: for each word that is missing a space and a letter, and the line
/// end.
std::size_t proxy_intake::missing_of_line(std::error_code& ec) const noexcept {
    const std::string_view line = text();
    if (line.ends_with("\r\n"))
        return 0;
    const std::size_t stray = line.find_first_of("\r\n");
    if (stray != line.npos && (line[stray] == '\n' || stray + 1 != size_)) {
        ec = proxy_errc::malformed;
        return 0;
    }
    if (size_ == longest_proxy_line) {
        ec = proxy_errc::too_long;
        return 0;
    }
    if (stray != line.npos)
        return 1;
    std::size_t words = 0;
    if (!line.starts_with("PROXY U"))
        words = static_cast<std::size_t>(
            std::max<std::ptrdiff_t>(words_of_line - 1 - std::ranges::count(line, ' '), 0));
    return std::min(2 * words + 2, longest_proxy_line - size_);
}

std::size_t proxy_intake::missing_of_binary(std::error_code& ec) const noexcept {
    if (size_ < proxy_binary_prefix)
        return proxy_binary_prefix - size_;
    const auto prefix = std::span{bytes_}.first<proxy_binary_prefix>();
    const std::size_t whole = proxy_binary_size(prefix);
    if (!is_proxy_version_2(prefix))
        ec = proxy_errc::unsupported_version;
    else if (whole > bytes_.size())
        ec = proxy_errc::too_long;
    return ec ? 0 : whole - size_;
}

proxy_header proxy_intake::header(std::error_code& ec) const {
    if (text().starts_with(proxy_line_signature))
        return parse_proxy_line(text().substr(0, size_ - 2), ec);
    return parse_proxy_binary(std::span{bytes_}.first(size_), ec);
}

} // namespace netio::detail
