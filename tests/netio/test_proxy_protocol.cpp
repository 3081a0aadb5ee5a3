#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/memory_stream.hpp>

#include <netio/error.hpp>
#include <netio/proxy_protocol.hpp>

#include <fibers/timeout.hpp>

#include <chrono>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::endpoint;
using netio::proxy_errc;
using netio::proxy_header;
using netio::proxy_version;
using netio::unix_endpoint;
using test::memory_stream;

/// Bytes with zeros among them.
template <std::size_t Size>
std::string bytes(const char (&literal)[Size]) {
    return {literal, Size - 1};
}

const std::string signature = bytes("\r\n\r\n\0\r\nQUIT\n");

/// A header of version 2: version and command, family and transport, and what comes after the length.
std::string binary(const std::string& what, const std::string& rest) {
    return signature + what + static_cast<char>(rest.size() >> 8) + static_cast<char>(rest.size()) +
           rest;
}

const std::string addresses_v4 = bytes("\xc0\0\x02\x01\xc6\x33\x64\x02\xc0\0\x01\xbb");
const std::string tcp_v4 = binary("\x21\x11", addresses_v4);

std::string padded_path(std::string path) {
    path.resize(108, '\0');
    return path;
}

std::vector<std::byte> value_of(const std::string& text) {
    const auto all = netio::buffer(std::string_view{text});
    return {all.begin(), all.end()};
}

/// Reads a header that has arrived with something behind it, in one piece or byte by byte, and makes sure
/// that this is still there.
proxy_header read(const std::string& header, std::error_code& ec) {
    std::optional<proxy_header> first;
    for (const std::size_t piece : {std::size_t{1}, header.size() + 100}) {
        memory_stream stream;
        const std::string all = header + "GET /";
        for (std::size_t i = 0; i < all.size(); i += piece)
            stream.input.emplace_back(all.substr(i, piece));
        const proxy_header found = netio::read_proxy_header(stream, ec);
        std::string left;
        for (const auto& each : stream.input)
            left += std::get<std::string>(each);
        EXPECT_TRUE(ec || left == "GET /") << left;
        EXPECT_EQ(first.value_or(found), found);
        first = found;
    }
    return *first;
}

proxy_header read(const std::string& header) {
    std::error_code ec;
    const auto found = read(header, ec);
    EXPECT_FALSE(ec) << ec.message() << ": " << header;
    return found;
}

std::error_code failure_of(const std::string& header) {
    std::error_code ec;
    EXPECT_EQ(read(header, ec), proxy_header{});
    return ec;
}

std::string written(const proxy_header& header, proxy_version version = proxy_version::v2) {
    memory_stream stream{.takes = 5};
    netio::write_proxy_header(stream, header, version);
    return stream.written;
}

TEST(ProxyProtocol, ReadsALineOfVersion1) {
    EXPECT_EQ(read("PROXY TCP4 192.0.2.1 198.51.100.2 49152 443\r\n"),
              (proxy_header{.source = endpoint{"192.0.2.1:49152"},
                            .destination = endpoint{"198.51.100.2:443"}}));
    EXPECT_EQ(read("PROXY TCP6 2001:db8::1 ::1 65535 0\r\n"),
              (proxy_header{.source = endpoint{"[2001:db8::1]:65535"},
                            .destination = endpoint{"[::1]:0"}}));
    EXPECT_EQ(read("PROXY TCP6 :: :: 1 1\r\n").source, (netio::proxy_address{endpoint{"[::]:1"}}))
        << "the shortest";
    EXPECT_EQ(read("PROXY TCP6 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff "
                   "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535\r\n")
                  .source,
              (netio::proxy_address{endpoint{"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]:65535"}}))
        << "the longest";
}

TEST(ProxyProtocol, ReadsThatVersion1KnowsNoAddresses) {
    EXPECT_EQ(read("PROXY UNKNOWN\r\n"), proxy_header{});
    EXPECT_EQ(read("PROXY UNKNOWN ffff::1 whatever is there\r\n"), proxy_header{});
}

TEST(ProxyProtocol, RefusesALineThatIsNotQuiteOne) {
    for (const char* line : {
             "PROXY TCP4 192.0.2.1 198.51.100.2 49152\r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.2 49152 443 1\r\n",
             "PROXY TCP4  192.0.2.1 198.51.100.2 49152 443\r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.2 49152 443 \r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.2 49152 65536\r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.2 049152 443\r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.2 -1 443\r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.2 x 443\r\n",
             "PROXY TCP4 192.0.2.256 198.51.100.2 49152 443\r\n",
             "PROXY TCP4 192.0.2 198.51.100.2 49152 443\r\n",
             "PROXY TCP4 ::1 ::1 49152 443\r\n",
             "PROXY TCP6 192.0.2.1 198.51.100.2 49152 443\r\n",
             "PROXY TCP6 fe80::1%1 fe80::2 49152 443\r\n",
             "PROXY tcp4 192.0.2.1 198.51.100.2 49152 443\r\n",
             "PROXY UDP4 192.0.2.1 198.51.100.2 49152 443\r\n",
             "PROXY UNKNOWNS\r\n",
             "PROXY TCP4 192.0.2.1 198.51.100.2 49152 443\n",
             "PROXY TCP4 192.0.2.1\r198.51.100.2 49152 443\r\n",
             "PROXY TCP4\r\n",
         })
        EXPECT_EQ(failure_of(line), proxy_errc::malformed) << line;
    EXPECT_EQ(failure_of("PROXY UNKNOWN " + std::string(92, 'x') + "\r\n"), proxy_errc::too_long);
    EXPECT_EQ(read("PROXY UNKNOWN " + std::string(91, 'x') + "\r\n"), proxy_header{});
}

TEST(ProxyProtocol, ReadsAddressesOfVersion2) {
    EXPECT_EQ(read(tcp_v4), (proxy_header{.source = endpoint{"192.0.2.1:49152"},
                                          .destination = endpoint{"198.51.100.2:443"}}));
    const std::string v6_address = bytes("\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01");
    EXPECT_EQ(read(binary("\x21\x22", v6_address + v6_address + bytes("\0\x50\x1f\x90"))),
              (proxy_header{.has_datagrams = true,
                            .source = endpoint{"[2001:db8::1]:80"},
                            .destination = endpoint{"[2001:db8::1]:8080"}}));
    EXPECT_EQ(
        read(binary("\x21\x31", padded_path("/run/client") + padded_path(bytes("\0service")))),
        (proxy_header{.source = unix_endpoint{"unix:/run/client"},
                      .destination = unix_endpoint{"unix:@service"}}));
    EXPECT_EQ(read(binary("\x21\x31", std::string(216, '\0'))).source,
              netio::proxy_address{unix_endpoint{}});
}

TEST(ProxyProtocol, ReadsTheProxysOwnConnection) {
    EXPECT_EQ(read(binary(bytes("\x20\0"), "")), proxy_header{.is_local = true});
    EXPECT_EQ(read(binary("\x20\x11", addresses_v4)), proxy_header{.is_local = true});
    EXPECT_EQ(read(binary("\x20\xff", "what does not count")), proxy_header{.is_local = true});
}

TEST(ProxyProtocol, ReadsOfAFamilyThatIsNoneNothing) {
    EXPECT_EQ(read(binary(bytes("\x21\0"), "what is not known")), proxy_header{});
}

TEST(ProxyProtocol, ReadsAttributes) {
    const auto found = read(binary("\x21\x11", addresses_v4 + bytes("\x02\0\x0b"
                                                                    "example.org"
                                                                    "\x04\0\x02xx" // padding
                                                                    "\xe0\0\0")));
    const std::vector<netio::proxy_attribute> expected{{0x02, value_of("example.org")}, {0xe0, {}}};
    EXPECT_EQ(found.attributes, expected);
}

TEST(ProxyProtocol, ComparesTheChecksum) {
    // CRC-32C of the 35 bytes with zeros in its place, as another implementation has it.
    const std::string before = addresses_v4 + bytes("\x03\0\x04");
    const auto with = [&](const std::string& sum) { return binary("\x21\x11", before + sum); };
    EXPECT_EQ(read(with(bytes("\xa4\x30\x0a\x8d"))).source,
              netio::proxy_address{endpoint{"192.0.2.1:49152"}});
    EXPECT_EQ(failure_of(with("abcd")), proxy_errc::wrong_checksum);
    EXPECT_EQ(failure_of(binary("\x21\x11", addresses_v4 + bytes("\x03\0\x02xx"))),
              proxy_errc::malformed);
}

TEST(ProxyProtocol, RefusesABinaryHeaderThatIsNotQuiteOne) {
    EXPECT_EQ(failure_of(binary("\x11\x11", addresses_v4)), proxy_errc::unsupported_version);
    EXPECT_EQ(failure_of(binary("\x31\x11", addresses_v4)), proxy_errc::unsupported_version);
    for (const char* what : {"\x22\x11", "\x21\x13", "\x21\x41", "\x21\x21", "\x21\x31"})
        EXPECT_EQ(failure_of(binary(what, addresses_v4)), proxy_errc::malformed);
    EXPECT_EQ(failure_of(binary("\x21\x11", addresses_v4.substr(1))), proxy_errc::malformed);
    for (const std::string& attribute : {bytes("\x02"), bytes("\x02\0"), bytes("\x02\0\x02x")})
        EXPECT_EQ(failure_of(binary("\x21\x11", addresses_v4 + attribute)), proxy_errc::malformed);
    const std::string too_long_path(108, 'x');
    EXPECT_EQ(failure_of(binary("\x21\x31", too_long_path + too_long_path)), proxy_errc::malformed);
}

TEST(ProxyProtocol, ReadsSoManyBytesAndNoMore) {
    const auto of_size = [](std::size_t size) {
        const std::size_t value = size - tcp_v4.size() - 3;
        return binary("\x21\x11", addresses_v4 + '\xe0' + static_cast<char>(value >> 8) +
                                      static_cast<char>(value) + std::string(value, 'x'));
    };
    EXPECT_EQ(read(of_size(netio::longest_proxy_header)).attributes.size(), 1u);
    EXPECT_EQ(failure_of(of_size(netio::longest_proxy_header + 1)), proxy_errc::too_long);
}

TEST(ProxyProtocol, RefusesAConnectionWithoutAHeader) {
    for (const char* text :
         {"GET / HTTP/1.1\r\n", "PROXYTCP4 192.0.2.1", "\r\n\r\n\r\n\r\n\r\n\r\n"})
        EXPECT_EQ(failure_of(text), proxy_errc::missing);
}

TEST(ProxyProtocol, SaysWhereAHeaderIsCutShort) {
    for (const std::string& header :
         {tcp_v4, std::string{"PROXY TCP4 192.0.2.1 198.51.100.2 49152 443\r\n"}})
        for (std::size_t size = 0; size != header.size(); ++size) {
            memory_stream stream{.input = {header.substr(0, size)}};
            std::error_code ec;
            netio::read_proxy_header(stream, ec);
            EXPECT_EQ(ec, netio::errc::end_of_stream) << size;
        }
}

TEST(ProxyProtocol, MakesWhatItWantsOfAnything) {
    std::minstd_rand random{1};
    for (int i = 0; i != 20'000; ++i) {
        std::string header = i % 2 ? tcp_v4 + bytes("\x02\0\x01x")
                                   : "PROXY TCP4 192.0.2.1 198.51.100.2 49152 443\r\n";
        for (auto changes = random() % 3; changes != 0; --changes)
            header[random() % header.size()] = static_cast<char>(random());
        memory_stream stream{.input = {header}};
        std::error_code ec;
        netio::read_proxy_header(stream, ec);
        EXPECT_TRUE(!ec || ec.category() == netio::proxy_category() ||
                    ec == netio::errc::end_of_stream)
            << ec.message();
    }
}

TEST(ProxyProtocol, WritesWhatItReads) {
    const proxy_header headers[]{
        {.source = endpoint{"192.0.2.1:49152"}, .destination = endpoint{"198.51.100.2:443"}},
        {.source = endpoint{"[2001:db8::1]:1"}, .destination = endpoint{"[::1]:2"}},
        {.source = unix_endpoint{"unix:@client"},
         .destination = unix_endpoint{"unix:/run/service"}},
        {.is_local = true},
        {},
        {.has_datagrams = true,
         .source = endpoint{"192.0.2.1:49152"},
         .destination = endpoint{"198.51.100.2:443"},
         .attributes = {{0x02, value_of("example.org")}, {0xe0, std::vector<std::byte>(300)}}},
    };
    for (const auto& header : headers)
        EXPECT_EQ(read(written(header)), header);
    for (const auto& header : {headers[0], headers[1], proxy_header{}})
        EXPECT_EQ(read(written(header, proxy_version::v1)), header);
    EXPECT_EQ(written(headers[0]), tcp_v4);
    EXPECT_EQ(written(headers[0], proxy_version::v1),
              "PROXY TCP4 192.0.2.1 198.51.100.2 49152 443\r\n");
}

TEST(ProxyProtocol, WritesInVersion1WhatThatKnows) {
    for (const proxy_header& header :
         {proxy_header{.is_local = true}, proxy_header{.source = endpoint{"192.0.2.1:1"}},
          proxy_header{.source = unix_endpoint{"unix:/a"}, .destination = unix_endpoint{"unix:/b"}},
          proxy_header{.source = endpoint{"192.0.2.1:1"}, .destination = unix_endpoint{"unix:/b"}}})
        EXPECT_EQ(written(header, proxy_version::v1), "PROXY UNKNOWN\r\n");
}

TEST(ProxyProtocol, WritesAddressesOfTwoKindsAsOfOne) {
    EXPECT_EQ(written({.source = endpoint{"192.0.2.1:1"}, .destination = endpoint{"[::1]:2"}},
                      proxy_version::v1),
              "PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n");
    EXPECT_EQ(written({.source = endpoint{"[::ffff:192.0.2.1]:1"},
                       .destination = endpoint{"[::ffff:192.0.2.2]:2"}},
                      proxy_version::v1),
              "PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n");
    EXPECT_EQ(
        written({.source = endpoint{"[fe80::1%1]:1"}, .destination = endpoint{"[fe80::2%1]:2"}},
                proxy_version::v1),
        "PROXY TCP6 fe80::1 fe80::2 1 2\r\n");
}

TEST(ProxyProtocol, WritesNoMoreThanALengthCanTell) {
    memory_stream stream;
    std::error_code ec;
    netio::write_proxy_header(stream, {.attributes = {{1, std::vector<std::byte>(65'536)}}},
                              proxy_version::v2, ec);
    EXPECT_EQ(ec, std::errc::message_size);
    EXPECT_EQ(stream.written, "");
}

class ProxyProtocolOnTcp : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, ProxyProtocolOnTcp, test::every_place);

TEST_P(ProxyProtocolOnTcp, LeavesWhatFollowsToBeRead) {
    run([] {
        for (const auto version : {proxy_version::v1, proxy_version::v2}) {
            auto [client, server] = test::connect();
            const proxy_header header{.source = client.local_endpoint(),
                                      .destination = client.remote_endpoint()};
            netio::write_proxy_header(client, header, version);
            client.write_all(netio::buffer("hello"));
            client.shutdown_write();
            EXPECT_EQ(netio::read_proxy_header(server), header);
            EXPECT_EQ(test::read_text(server), "hello");
        }
    });
}

TEST_P(ProxyProtocolOnTcp, GivesUpAtTheDeadline) {
    run([] {
        auto [client, server] = test::connect();
        client.write_all(netio::buffer("PROXY TCP4 192.0.2.1 "));
        const fibers::timeout_scope limit{20ms};
        try {
            netio::read_proxy_header(server);
            FAIL() << "there is no header";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), std::errc::timed_out);
            EXPECT_EQ(
                std::string{error.what()}.find("cannot read the PROXY header from 127.0.0.1:"), 0u)
                << error.what();
        }
    });
}

} // namespace
