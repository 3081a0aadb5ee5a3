#include <netio/http/target.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace netio::http {
namespace {

bool stands_for_itself(char c) {
    constexpr std::string_view others = "-._~!$&'()*+,;=:@/";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != others.npos;
}

} // namespace

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i != text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const std::string_view digits = text.substr(i + 1, 2);
        unsigned value = 0;
        const auto [end, failure] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.size() != 2 || failure != std::errc{} || end != digits.data() + 2)
            return {};
        decoded += static_cast<char>(value);
        i += 2;
    }
    return decoded;
}

std::string percent_encode_path(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (const char c : text) {
        if (stands_for_itself(c)) {
            encoded += c;
            continue;
        }
        const auto value = static_cast<unsigned char>(c);
        encoded += {'%', digits[value / 16], digits[value % 16]};
    }
    return encoded;
}

std::optional<std::string> normalized_path(std::string_view path) {
    if (!path.starts_with('/'))
        return {};
    std::string normalized;
    bool ends_in_folder = false;
    while (!path.empty()) {
        path.remove_prefix(1);
        const std::string_view segment = path.substr(0, path.find('/'));
        path.remove_prefix(segment.size());
        ends_in_folder = segment.empty() || segment == "." || segment == "..";
        if (segment == "..") {
            if (normalized.empty())
                return {};
            normalized.erase(normalized.rfind('/'));
        } else if (!ends_in_folder) {
            normalized += '/';
            normalized += segment;
        }
    }
    if (ends_in_folder)
        normalized += '/';
    return normalized;
}

} // namespace netio::http
