#include <netio/detail/dns_name.hpp>

#include <algorithm>
#include <cstddef>

namespace netio::detail {
namespace {

constexpr std::size_t longest_label = 63, longest_name = 253; // as text, RFC 1035 section 2.3.4

/// Of ASCII, whatever the locale.
constexpr char to_lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr std::string_view without_final_dot(std::string_view name) noexcept {
    if (name.size() > 1 && name.ends_with('.'))
        name.remove_suffix(1);
    return name;
}

} // namespace

bool same_dns_name(std::string_view a, std::string_view b) noexcept {
    return std::ranges::equal(without_final_dot(a), without_final_dot(b), {}, to_lower, to_lower);
}

std::string canonical_dns_name(std::string_view name) {
    std::string canonical{without_final_dot(name)};
    std::ranges::transform(canonical, canonical.begin(), to_lower);
    return canonical;
}

bool is_dns_name(std::string_view name) noexcept {
    if (name == ".")
        return true;
    name = without_final_dot(name);
    if (name.size() > longest_name || name.find('\0') != name.npos)
        return false;
    for (;;) {
        const std::size_t dot = name.find('.');
        const std::string_view label = name.substr(0, dot);
        if (label.empty() || label.size() > longest_label)
            return false;
        if (dot == name.npos)
            return true;
        name.remove_prefix(dot + 1);
    }
}

std::string reverse_dns_name(const ip_address& address) {
    std::string name;
    const ip_address plain = address.unmapped();
    if (plain.is_v4()) {
        const auto bytes = plain.to_v4_bytes();
        for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
            name += std::to_string(*byte) + '.';
        return name + "in-addr.arpa";
    }
    constexpr std::string_view digits = "0123456789abcdef";
    const auto& bytes = plain.to_v6_bytes();
    for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
        for (const unsigned digit : {*byte & 0xfU, *byte / 16U})
            name += {digits[digit], '.'};
    return name + "ip6.arpa";
}

} // namespace netio::detail
