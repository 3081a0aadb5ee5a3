#include <netio/error.hpp>
#include <netio/ip_address.hpp>

#include <cstdint>
#include <random>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_set>

#include <gtest/gtest.h>

namespace {

using netio::ip_address;

TEST(IpAddress, TextIsReadAndWrittenInCanonicalForm) {
    struct row {
        std::string_view text, canonical;
    };
    for (const auto& [text, canonical] : {
             row{"0.0.0.0", "0.0.0.0"},
             row{"127.0.0.1", "127.0.0.1"},
             row{"255.255.255.255", "255.255.255.255"},
             row{"::", "::"},
             row{"::1", "::1"},
             row{"0:0:0:0:0:0:0:1", "::1"},
             row{"2001:DB8::A", "2001:db8::a"},
             row{"2001:0db8:0:0:0:0:0002:0001", "2001:db8::2:1"},
             // RFC 5952: a single zero group is not shortened,
             row{"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"},
             // of runs of equal length the first is,
             row{"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},
             // and otherwise the longest.
             row{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},
             row{"::ffff:192.0.2.1", "::ffff:192.0.2.1"},
             row{"::ffff:c000:201", "::ffff:192.0.2.1"},
             row{"fe80::1%3", "fe80::1%3"},
             row{"fe80::1%lo", "fe80::1%1"},
         }) {
        EXPECT_EQ(ip_address::parse(text).to_string(), canonical) << text;
        EXPECT_EQ(ip_address::parse(canonical), ip_address::parse(text)) << text;
    }
}

TEST(IpAddress, RubbishIsAnInvalidAddress) {
    using namespace std::string_view_literals;
    for (const std::string_view text : {
             ""sv,
             " "sv,
             "1"sv,
             "1.2.3"sv,
             "1.2.3.4.5"sv,
             "1.2.3.256"sv,
             "1.2.3.-4"sv,
             "1.2.3.4 "sv,
             " 1.2.3.4"sv,
             "01.2.3.4"sv,
             "0x7f.0.0.1"sv,
             "1..2.3"sv,
             "1.2.3.4%1"sv,
             "localhost"sv,
             ":"sv,
             ":::"sv,
             "1::2::3"sv,
             "1:2:3:4:5:6:7"sv,
             "1:2:3:4:5:6:7:8:9"sv,
             "12345::"sv,
             "::g"sv,
             "[::1]"sv,
             "::1%"sv,
             "::1%0"sv,
             "::1%no-such-interface"sv,
             "::1%99999999999"sv,
             "::1%a-name-longer-than-any-interface-has"sv,
             "::ffff:1.2.3"sv,
             "127.0.0.1\0"sv,
             "127.0.0.1\0.example"sv,
             "::1%1\0"sv,
             "0000:0000:0000:0000:0000:ffff:0192.0168.0100.0228.more.than.fits"sv,
         }) {
        std::error_code ec;
        EXPECT_EQ(ip_address::parse(text, ec), ip_address{}) << text;
        EXPECT_EQ(ec, netio::errc::invalid_address) << text;
    }
}

TEST(IpAddress, ParseThrowsNamingTheText) {
    try {
        ip_address::parse("1.2.3.x");
        FAIL() << "did not throw";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), netio::errc::invalid_address);
        EXPECT_STREQ(e.what(), "cannot parse \"1.2.3.x\": Not an IP address");
    }
}

TEST(IpAddress, ParseClearsAFormerError) {
    std::error_code ec = netio::errc::end_of_stream;
    ip_address::parse("::1", ec);
    EXPECT_FALSE(ec);
}

TEST(IpAddress, AnyBytesSurviveTheWayThroughText) {
    std::mt19937 random{1};
    for (int i = 0; i != 10'000; ++i) {
        ip_address::v6_bytes bytes;
        // Many zeros, so that shortening is met.
        for (auto& byte : bytes)
            byte = random() % 3 ? 0 : static_cast<std::uint8_t>(random());
        const ip_address v6{bytes, static_cast<std::uint32_t>(random() % 2 * random())};
        ASSERT_EQ(ip_address::parse(v6.to_string()), v6);
        const ip_address v4{ip_address::v4_bytes{bytes[0], bytes[1], bytes[2], bytes[3]}};
        ASSERT_EQ(ip_address::parse(v4.to_string()), v4);
    }
}

TEST(IpAddress, ConstantsAreWhatTheyAreNamed) {
    EXPECT_EQ(ip_address{}, ip_address::any_v4());
    EXPECT_EQ(ip_address::any_v4().to_string(), "0.0.0.0");
    EXPECT_EQ(ip_address::any_v6().to_string(), "::");
    EXPECT_EQ(ip_address::loopback_v4().to_string(), "127.0.0.1");
    EXPECT_EQ(ip_address::loopback_v6().to_string(), "::1");
}

TEST(IpAddress, AreConstantExpressions) {
    static_assert(ip_address::loopback_v4().is_v4());
    static_assert(ip_address::loopback_v6().is_loopback());
    static_assert(ip_address::loopback_v4().mapped().unmapped() == ip_address::loopback_v4());
}

TEST(IpAddress, ClassifiesV4) {
    EXPECT_TRUE(ip_address::parse("0.0.0.0").is_unspecified());
    EXPECT_TRUE(ip_address::parse("127.255.0.1").is_loopback());
    EXPECT_FALSE(ip_address::parse("128.0.0.1").is_loopback());
    EXPECT_TRUE(ip_address::parse("224.0.0.1").is_multicast());
    EXPECT_TRUE(ip_address::parse("239.255.255.255").is_multicast());
    EXPECT_FALSE(ip_address::parse("240.0.0.1").is_multicast());
    EXPECT_FALSE(ip_address::parse("127.0.0.1").is_v4_mapped());
}

TEST(IpAddress, ClassifiesV6) {
    EXPECT_TRUE(ip_address::parse("::").is_unspecified());
    EXPECT_FALSE(ip_address::parse("::1").is_unspecified());
    EXPECT_TRUE(ip_address::parse("::1").is_loopback());
    EXPECT_FALSE(ip_address::parse("::2").is_loopback());
    EXPECT_TRUE(ip_address::parse("ff02::1").is_multicast());
    EXPECT_FALSE(ip_address::parse("fe80::1").is_multicast());
}

TEST(IpAddress, MappedAddressesAreClassifiedByTheV4AddressWithin) {
    const auto loopback = ip_address::parse("::ffff:127.0.0.1");
    EXPECT_TRUE(loopback.is_v6());
    EXPECT_TRUE(loopback.is_v4_mapped());
    EXPECT_TRUE(loopback.is_loopback());
    EXPECT_EQ(loopback.unmapped(), ip_address::loopback_v4());
    EXPECT_EQ(ip_address::loopback_v4().mapped(), loopback);
    EXPECT_TRUE(ip_address::parse("::ffff:224.0.0.1").is_multicast());
    EXPECT_FALSE(ip_address::parse("::fffe:127.0.0.1").is_v4_mapped());
    EXPECT_FALSE(ip_address::parse("1::ffff:127.0.0.1").is_v4_mapped());
}

TEST(IpAddress, OrdersV4FirstThenByBytesThenByScope) {
    const std::set<ip_address> ordered{
        ip_address::parse("fe80::1%2"), ip_address::parse("fe80::1%1"), ip_address::parse("::1"),
        ip_address::parse("10.0.0.1"), ip_address::parse("9.255.255.255")};
    std::string text;
    for (const auto& address : ordered)
        text += address.to_string() + ' ';
    EXPECT_EQ(text, "9.255.255.255 10.0.0.1 ::1 fe80::1%1 fe80::1%2 ");
}

TEST(IpAddress, IsAKeyOfUnorderedContainers) {
    std::unordered_set<ip_address> set;
    for (std::uint8_t i = 0; i != 200; ++i) {
        set.insert(ip_address{ip_address::v4_bytes{10, 0, 0, i}});
        set.insert(ip_address{ip_address::v4_bytes{10, 0, 0, i}}.mapped());
    }
    EXPECT_EQ(set.size(), 400u);
    EXPECT_TRUE(set.contains(ip_address::parse("10.0.0.7")));
    EXPECT_FALSE(set.contains(ip_address::parse("10.0.1.7")));
}

TEST(IpAddress, PrintsToAStream) {
    std::ostringstream out;
    out << ip_address::loopback_v6();
    EXPECT_EQ(out.str(), "::1");
}

} // namespace
