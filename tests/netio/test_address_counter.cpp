#include <netio/detail/address_counter.hpp>

#include <optional>

#include <gtest/gtest.h>

namespace {

using netio::ip_address;
using netio::detail::address_counter;

TEST(AddressCounter, CountsEachAddressByItself) {
    address_counter counter{2};
    const auto address = ip_address::parse("192.0.2.1");
    const auto first = counter.enter(address);
    std::optional second{counter.enter(address)};
    EXPECT_TRUE(first);
    EXPECT_TRUE(*second);
    EXPECT_FALSE(counter.enter(address));
    EXPECT_TRUE(counter.enter(ip_address::parse("192.0.2.2")));
    second.reset();
    EXPECT_TRUE(counter.enter(address));
}

TEST(AddressCounter, GivesAPlaceBackOnce) {
    address_counter counter{1};
    const auto address = ip_address::parse("192.0.2.1");
    auto first = counter.enter(address);
    {
        const auto moved = std::move(first);
        EXPECT_TRUE(moved);
        EXPECT_FALSE(first);
    }
    const auto again = counter.enter(address);
    EXPECT_TRUE(again);
    EXPECT_FALSE(counter.enter(address));
}

TEST(AddressCounter, TakesANetworkOfIpv6ForOneAddress) {
    address_counter counter{1};
    const auto first = counter.enter(ip_address::parse("2001:db8:0:1::1"));
    EXPECT_FALSE(counter.enter(ip_address::parse("2001:db8:0:1:ffff::2")));
    EXPECT_TRUE(counter.enter(ip_address::parse("2001:db8:0:2::1")));
}

TEST(AddressCounter, KnowsAnIpv4AddressByItsMappedForm) {
    address_counter counter{1};
    const auto first = counter.enter(ip_address::parse("::ffff:192.0.2.1"));
    EXPECT_FALSE(counter.enter(ip_address::parse("192.0.2.1")));
    EXPECT_TRUE(counter.enter(ip_address::parse("::ffff:192.0.2.2")));
}

} // namespace
