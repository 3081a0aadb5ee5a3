#include <netio/detail/address_order.hpp>

#include <netio/endpoint.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace netio::detail {
namespace {

/// RFC 6724 section 2.1: an IPv4 address counts as IPv4-mapped.
struct policy {
    ip_address::v6_bytes prefix;
    int bits;
    int precedence, label;
};

constexpr std::array policies{
    policy{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, 50, 0},
    policy{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, 35, 4},
    policy{{}, 96, 1, 3},
    policy{{0x20, 0x01, 0, 0}, 32, 5, 5},
    policy{{0x20, 0x02}, 16, 30, 2},
    policy{{0x3f, 0xfe}, 16, 1, 12},
    policy{{0xfe, 0xc0}, 10, 1, 11},
    policy{{0xfc}, 7, 3, 13},
    policy{{}, 0, 40, 1},
};

int common_bits(const ip_address::v6_bytes& a, const ip_address::v6_bytes& b) noexcept {
    int bits = 0;
    for (std::size_t i = 0; i != a.size(); ++i) {
        const auto differing = static_cast<std::uint8_t>(a[i] ^ b[i]);
        if (differing != 0)
            return bits + std::countl_zero(differing);
        bits += 8;
    }
    return bits;
}

const policy& policy_of(const ip_address& address) noexcept {
    const auto bytes = address.mapped().to_v6_bytes();
    // The table goes from long prefixes to short ones, as far as one contains another.
    return *std::ranges::find_if(
        policies, [&](const policy& each) { return common_bits(each.prefix, bytes) >= each.bits; });
}

/// RFC 6724 section 3.1, RFC 4007: the larger, the farther.
int scope_of(const ip_address& address) noexcept {
    constexpr int link_local = 2, site_local = 5, global = 14;
    const ip_address plain = address.unmapped();
    if (plain.is_loopback())
        return link_local;
    if (plain.is_v4()) {
        const auto bytes = plain.to_v4_bytes();
        return bytes[0] == 169 && bytes[1] == 254 ? link_local : global;
    }
    const auto& bytes = plain.to_v6_bytes();
    if (plain.is_multicast())
        return bytes[1] & 0xf;
    if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80)
        return link_local;
    if (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0xc0)
        return site_local;
    return global;
}

/// What the rules compare, in their order; the least is best.
struct rank {
    bool unreachable;      // rule 1
    bool other_scope;      // 2
    bool other_label;      // 5
    int minus_precedence;  // 6
    int scope;             // 8
    int minus_common_bits; // 9
    std::size_t position;  // 10

    auto operator<=>(const rank&) const = default;
};

rank rank_of(const ip_address& destination, const std::optional<ip_address>& source,
             std::size_t position) noexcept {
    const policy& its = policy_of(destination);
    rank its_rank{true, true, true, -its.precedence, scope_of(destination), 0, position};
    if (source) {
        its_rank.unreachable = false;
        its_rank.other_scope = scope_of(*source) != its_rank.scope;
        its_rank.other_label = policy_of(*source).label != its.label;
        if (destination.is_v6() && source->is_v6())
            its_rank.minus_common_bits =
                -std::min(common_bits(destination.to_v6_bytes(), source->to_v6_bytes()), 64);
    }
    return its_rank;
}

} // namespace

std::optional<ip_address> source_address_for(const ip_address& destination) noexcept {
    const int fd = ::socket(destination.is_v4() ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd == -1)
        return std::nullopt;
    // To connect a datagram socket sends nothing; any port will do.
    sockaddr_storage native;
    socklen_t size = static_cast<socklen_t>(endpoint{destination, 53}.to_native(native));
    auto* const address = reinterpret_cast<sockaddr*>(&native);
    std::optional<ip_address> source;
    if (::connect(fd, address, size) == 0) {
        size = sizeof native;
        std::error_code ec;
        if (::getsockname(fd, address, &size) == 0)
            source = endpoint::from_native(native, ec).address();
    }
    ::close(fd);
    return source;
}

void sort_by_reachability(std::vector<ip_address>& addresses,
                          std::optional<ip_address> (*source_for)(const ip_address&)) {
    if (addresses.size() < 2)
        return;
    struct ranked {
        rank its;
        ip_address address;
    };
    std::vector<ranked> all;
    all.reserve(addresses.size());
    for (const ip_address& each : addresses)
        all.push_back({rank_of(each, source_for(each), all.size()), each});
    std::ranges::sort(all, {}, &ranked::its);
    std::ranges::transform(all, addresses.begin(), &ranked::address);
}

} // namespace netio::detail
