#include <netio/endpoint.hpp>
#include <netio/error.hpp>

#include <cstdint>
#include <cstring>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <unordered_set>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace {

using netio::endpoint;
using netio::errc;
using netio::ip_address;

using namespace std::string_view_literals;

TEST(Endpoint, TextIsReadAndWrittenInCanonicalForm) {
    struct row {
        std::string_view text, canonical;
    };
    for (const auto& [text, canonical] : {
             row{"127.0.0.1:80", "127.0.0.1:80"},
             row{"0.0.0.0:0", "0.0.0.0:0"},
             row{"1.2.3.4:65535", "1.2.3.4:65535"},
             row{"1.2.3.4:0080", "1.2.3.4:80"},
             row{"[::1]:80", "[::1]:80"},
             row{"[::]:0", "[::]:0"},
             row{"[2001:DB8:0::1]:443", "[2001:db8::1]:443"},
             row{"[::ffff:1.2.3.4]:1", "[::ffff:1.2.3.4]:1"},
             row{"[fe80::1%lo]:22", "[fe80::1%1]:22"},
         }) {
        EXPECT_EQ(endpoint::parse(text).to_string(), canonical) << text;
        EXPECT_EQ(endpoint::parse(canonical), endpoint::parse(text)) << text;
    }
}

TEST(Endpoint, RubbishIsRefusedWithTheReason) {
    struct row {
        std::string_view text;
        errc why;
    };
    for (const auto& [text, why] : {
             row{"", errc::invalid_address},
             row{":", errc::invalid_address},
             row{":80", errc::invalid_address},
             row{"80", errc::invalid_address},
             row{"localhost:80", errc::invalid_address},
             row{"1.2.3:80", errc::invalid_address},
             row{"1.2.3.4.5:80", errc::invalid_address},
             row{"::1", errc::invalid_address},
             row{"::1:80", errc::invalid_address},
             row{"[]:80", errc::invalid_address},
             row{"[::1", errc::invalid_address},
             row{"[::1:80", errc::invalid_address},
             row{"::1]:80", errc::invalid_address},
             row{"[::1]80", errc::invalid_address},
             row{"[::1] :80", errc::invalid_address},
             row{"[[::1]]:80", errc::invalid_address},
             row{"[127.0.0.1]:80", errc::invalid_address},
             row{" 127.0.0.1:80", errc::invalid_address},
             row{"127.0.0.1 :80", errc::invalid_address},
             row{"127.0.0.1\0:80"sv, errc::invalid_address},
             row{"127.0.0.1", errc::missing_port},
             row{"127.0.0.1:", errc::missing_port},
             row{"[::1]", errc::missing_port},
             row{"[::1]:", errc::missing_port},
             row{"127.0.0.1:http", errc::invalid_port},
             row{"127.0.0.1:+80", errc::invalid_port},
             row{"127.0.0.1:-1", errc::invalid_port},
             row{"127.0.0.1: 80", errc::invalid_port},
             row{"127.0.0.1:80 ", errc::invalid_port},
             row{"127.0.0.1:8:0", errc::invalid_port},
             row{"127.0.0.1:0x50", errc::invalid_port},
             row{"127.0.0.1:80\0"sv, errc::invalid_port},
             row{"127.0.0.1:65536", errc::port_out_of_range},
             row{"127.0.0.1:99999999999999999999999", errc::port_out_of_range},
             row{"[::1]:65536", errc::port_out_of_range},
         }) {
        std::error_code ec;
        EXPECT_EQ(endpoint::parse(text, ec), endpoint{}) << text;
        EXPECT_EQ(ec, why) << text << ": " << ec.message();
    }
}

TEST(Endpoint, ParseThrowsNamingTheText) {
    try {
        endpoint::parse("127.0.0.1:99999");
        FAIL() << "did not throw";
    } catch (const std::system_error& e) {
        EXPECT_EQ(e.code(), errc::port_out_of_range);
        EXPECT_STREQ(e.what(), "cannot parse \"127.0.0.1:99999\": The port is above 65535");
    }
}

std::uint16_t port_of(const endpoint& e) {
    return e.port();
}

TEST(Endpoint, ConvertsFromAnyStringImplicitly) {
    EXPECT_EQ(port_of("127.0.0.1:80"), 80);
    EXPECT_EQ(port_of("127.0.0.1:81"sv), 81);
    EXPECT_EQ(port_of(std::string{"127.0.0.1:82"}), 82);
    EXPECT_THROW(port_of("nonsense"), std::system_error);
}

TEST(Endpoint, OrdersByAddressThenPort) {
    const std::set<endpoint> ordered{"[::1]:1", "1.2.3.4:9", "1.2.3.4:10", "1.2.3.3:11"};
    std::ostringstream text;
    for (const auto& e : ordered)
        text << e << ' ';
    EXPECT_EQ(text.str(), "1.2.3.3:11 1.2.3.4:9 1.2.3.4:10 [::1]:1 ");
}

TEST(Endpoint, IsAKeyOfUnorderedContainers) {
    std::unordered_set<endpoint> set;
    for (std::uint16_t port = 0; port != 1000; ++port)
        set.insert({ip_address::loopback_v4(), port});
    EXPECT_EQ(set.size(), 1000u);
    EXPECT_TRUE(set.contains("127.0.0.1:999"));
    EXPECT_FALSE(set.contains("127.0.0.1:1000"));
}

TEST(Endpoint, HashesOfNeighbouringPortsDiffer) {
    std::unordered_set<std::size_t> hashes;
    for (std::uint16_t port = 0; port != 1000; ++port)
        hashes.insert(std::hash<endpoint>{}({ip_address::loopback_v4(), port}));
    EXPECT_EQ(hashes.size(), 1000u);
}

TEST(Endpoint, NativeFormOfV4IsASockaddrIn) {
    sockaddr_storage native{};
    ASSERT_EQ(endpoint{"1.2.3.4:513"}.to_native(native), sizeof(sockaddr_in));
    sockaddr_in v4;
    std::memcpy(&v4, &native, sizeof v4);
    EXPECT_EQ(v4.sin_family, AF_INET);
    EXPECT_EQ(ntohs(v4.sin_port), 513);
    EXPECT_EQ(ntohl(v4.sin_addr.s_addr), 0x01020304u);
}

TEST(Endpoint, NativeFormOfV6IsASockaddrIn6) {
    sockaddr_storage native{};
    ASSERT_EQ(endpoint{"[fe80::1%7]:513"}.to_native(native), sizeof(sockaddr_in6));
    sockaddr_in6 v6;
    std::memcpy(&v6, &native, sizeof v6);
    EXPECT_EQ(v6.sin6_family, AF_INET6);
    EXPECT_EQ(ntohs(v6.sin6_port), 513);
    EXPECT_EQ(v6.sin6_addr.s6_addr[0], 0xfe);
    EXPECT_EQ(v6.sin6_addr.s6_addr[15], 1);
    EXPECT_EQ(v6.sin6_scope_id, 7u);
}

TEST(Endpoint, SurvivesTheWayThroughItsNativeForm) {
    for (const endpoint e : {"0.0.0.0:0", "127.0.0.1:80", "[::]:65535", "[fe80::1%7]:513"}) {
        sockaddr_storage native{};
        e.to_native(native);
        EXPECT_EQ(endpoint::from_native(native), e);
    }
}

TEST(Endpoint, RefusesNativeFormsOfOtherFamilies) {
    sockaddr_storage native{};
    native.ss_family = AF_UNIX;
    std::error_code ec;
    endpoint::from_native(native, ec);
    EXPECT_EQ(ec, std::errc::address_family_not_supported);
    EXPECT_THROW(endpoint::from_native(native), std::system_error);
}

} // namespace
