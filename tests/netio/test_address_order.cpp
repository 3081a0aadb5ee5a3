#include <netio/detail/address_order.hpp>

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

using netio::ip_address;

std::vector<ip_address> addresses(std::initializer_list<std::string_view> texts) {
    std::vector<ip_address> parsed;
    for (const std::string_view text : texts)
        parsed.push_back(ip_address::parse(text));
    return parsed;
}

/// A host with global addresses of both versions, and a link-local one.
std::optional<ip_address> dual_stack(const ip_address& destination) {
    if (destination.is_v4())
        return ip_address::parse("198.51.100.117");
    const auto& bytes = destination.to_v6_bytes();
    return ip_address::parse(bytes[0] == 0xfe ? "fe80::1" : "2001:db8:1::1");
}

std::optional<ip_address> only_v4(const ip_address& destination) {
    return destination.is_v4() ? dual_stack(destination) : std::nullopt;
}

/// With a private IPv4 address and 6to4.
std::optional<ip_address> six_to_four(const ip_address& destination) {
    return ip_address::parse(destination.is_v4() ? "10.1.2.4" : "2002:c633:6401::d5e3:0:0:1");
}

TEST(AddressOrder, PrefersIPv6WhereBothWork) {
    auto sorted = addresses({"198.51.100.121", "2001:db8:1::2"});
    netio::detail::sort_by_reachability(sorted, dual_stack);
    EXPECT_EQ(sorted, addresses({"2001:db8:1::2", "198.51.100.121"}));
}

TEST(AddressOrder, PutsWhatCannotBeReachedLast) {
    auto sorted = addresses({"2001:db8:1::2", "198.51.100.121"});
    netio::detail::sort_by_reachability(sorted, only_v4);
    EXPECT_EQ(sorted, addresses({"198.51.100.121", "2001:db8:1::2"}));
}

TEST(AddressOrder, PrefersTheNearerScope) { // RFC 6724 section 10.2
    auto sorted = addresses({"2001:db8:1::1", "fe80::2"});
    netio::detail::sort_by_reachability(sorted, dual_stack);
    EXPECT_EQ(sorted, addresses({"fe80::2", "2001:db8:1::1"}));
}

TEST(AddressOrder, PrefersASourceWithTheSameLabel) {
    auto sorted = addresses({"2001:db8:1::1", "2002:c633:6401::1"});
    netio::detail::sort_by_reachability(sorted, six_to_four);
    EXPECT_EQ(sorted, addresses({"2002:c633:6401::1", "2001:db8:1::1"}));
}

TEST(AddressOrder, PrefersTheLongerCommonPrefixOfIPv6) {
    auto sorted = addresses({"2001:db8:3ffe::1", "2001:db8:1::2"});
    netio::detail::sort_by_reachability(sorted, dual_stack);
    EXPECT_EQ(sorted, addresses({"2001:db8:1::2", "2001:db8:3ffe::1"}));
}

TEST(AddressOrder, LeavesEqualOnesAsTheServerSentThem) {
    auto sorted = addresses({"198.51.100.3", "198.51.100.116", "198.51.100.1"});
    const auto sent = sorted;
    netio::detail::sort_by_reachability(sorted, dual_stack);
    EXPECT_EQ(sorted, sent);
}

TEST(AddressOrder, FindsTheLoopbackAddressAsSourceOfItself) {
    EXPECT_EQ(netio::detail::source_address_for(ip_address::parse("127.0.0.1")),
              ip_address::parse("127.0.0.1"));
}

} // namespace
