#include <netio/detail/proxy_line.hpp>

#include <netio/detail/proxy_addresses.hpp>
#include <netio/proxy_error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace netio::detail {
namespace {

constexpr std::string_view unknown = "UNKNOWN", tcp_v4 = "TCP4", tcp_v6 = "TCP6";

/// "TCP4 192.0.2.1 192.0.2.2 49152 80". None: there are not five words.
std::optional<std::array<std::string_view, 5>> words_of(std::string_view text) {
    if (std::ranges::count(text, ' ') != 4)
        return std::nullopt;
    std::array<std::string_view, 5> words;
    for (auto& word : words) {
        const std::size_t end = std::min(text.find(' '), text.size());
        word = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return words;
}

std::optional<endpoint> parse_end(std::string_view address, std::string_view port, bool is_v4) {
    std::error_code ec;
    const auto parsed = ip_address::parse(address, ec);
    std::uint16_t number = 0;
    const char* const end = port.data() + port.size();
    const auto [stop, failure] = std::from_chars(port.data(), end, number);
    const bool is_port =
        failure == std::errc{} && stop == end && (port.size() == 1 || port.front() != '0');
    if (ec || parsed.is_v4() != is_v4 || parsed.scope_id() != 0 || !is_port)
        return std::nullopt;
    return endpoint{parsed, number};
}

} // namespace

proxy_header parse_proxy_line(std::string_view line, std::error_code& ec) {
    line.remove_prefix(proxy_line_signature.size());
    // What follows is to be ignored.
    if (line == unknown || line.starts_with("UNKNOWN "))
        return {};
    if (const auto words = words_of(line);
        words && (words->front() == tcp_v4 || words->front() == tcp_v6)) {
        const auto& [protocol, from, to, from_port, to_port] = *words;
        const auto source = parse_end(from, from_port, protocol == tcp_v4);
        const auto destination = parse_end(to, to_port, protocol == tcp_v4);
        if (source && destination)
            return {.source = *source, .destination = *destination};
    }
    ec = proxy_errc::malformed;
    return {};
}

std::string format_proxy_line(const proxy_header& header) {
    std::string line{proxy_line_signature};
    if (const auto ends = internet_ends(header); ends && !header.has_datagrams) {
        const auto& [source, destination] = *ends;
        line += source.address().is_v4() ? tcp_v4 : tcp_v6;
        for (const auto& end : {source, destination})
            line += ' ' + end.address().to_string();
        for (const auto& end : {source, destination})
            line += ' ' + std::to_string(end.port());
    } else {
        line += unknown;
    }
    return line + "\r\n";
}

} // namespace netio::detail
