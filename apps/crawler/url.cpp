#include <apps/crawler/url.hpp>

#include <fmt/format.h>

#include <charconv>

namespace {

constexpr std::string_view scheme = "http://host", domain = ".test/";

/// Takes a number off the front of the text.
bool take_number(std::string_view& text, std::size_t& number) {
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{})
        return false;
    text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
    return true;
}

bool take(std::string_view& text, std::string_view expected) {
    if (!text.starts_with(expected))
        return false;
    text.remove_prefix(expected.size());
    return true;
}

} // namespace

std::string to_string(const url& u) {
    return fmt::format("{}{}{}{}", scheme, u.host, domain, u.page);
}

std::optional<url> parse_url(std::string_view text) {
    url found;
    if (take(text, scheme) && take_number(text, found.host) && take(text, domain) &&
        take_number(text, found.page) && text.empty())
        return found;
    return std::nullopt;
}
