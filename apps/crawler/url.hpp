#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

/// "http://host3.test/42": page 42 of host 3.
struct url {
    std::size_t host = 0;
    std::size_t page = 0;

    friend bool operator==(const url&, const url&) = default;
};

std::string to_string(const url&);

/// Nothing where the text is no such url.
std::optional<url> parse_url(std::string_view text);

template <>
struct std::hash<url> {
    std::size_t operator()(const url& u) const noexcept { return u.host * 1'000'003 + u.page; }
};
