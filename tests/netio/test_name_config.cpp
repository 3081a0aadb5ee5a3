#include <netio/detail/dns_name.hpp>
#include <netio/detail/hosts_table.hpp>
#include <netio/detail/resolv_conf.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::ip_address;
using netio::detail::hosts_table;
using netio::detail::parse_resolv_conf;
using strings = std::vector<std::string>;

TEST(HostsTable, KnowsEachNameOfEachLine) {
    const hosts_table hosts{"# a comment\n"
                            "10.0.0.1\tone.test One # the first\r\n"
                            "  fd00::1 one.test.\n"
                            "10.0.0.1 again\n"
                            "no address\n"
                            "10.0.0.3\n"
                            "10.0.0.4 last"};
    EXPECT_EQ(hosts.addresses_of("one.test"),
              (std::vector{ip_address::parse("10.0.0.1"), ip_address::parse("fd00::1")}));
    EXPECT_EQ(hosts.addresses_of("one"), std::vector{ip_address::parse("10.0.0.1")});
    EXPECT_EQ(hosts.addresses_of("last"), std::vector{ip_address::parse("10.0.0.4")});
    EXPECT_TRUE(hosts.addresses_of("address").empty());
    EXPECT_EQ(hosts.names_of(ip_address::parse("10.0.0.1")), (strings{"one.test", "One"}));
    EXPECT_TRUE(hosts.names_of(ip_address::parse("10.0.0.3")).empty());
}

TEST(ResolvConf, SaysWhomToAskAndHow) {
    const auto conf = parse_resolv_conf("; a comment\n"
                                        "nameserver 10.0.0.53\n"
                                        "nameserver nonsense\n"
                                        "nameserver fd00::53\n"
                                        "domain ignored.test\n"
                                        "search a.test B.test.\n"
                                        "options ndots:3 timeout:7 attempts:4 rotate edns0\n",
                                        "local.test");
    EXPECT_EQ(conf.servers, (std::vector<netio::endpoint>{"10.0.0.53:53", "[fd00::53]:53"}));
    EXPECT_EQ(conf.search, (strings{"a.test", "b.test"}));
    EXPECT_EQ(conf.dots, 3U);
    EXPECT_EQ(conf.timeout, 7s);
    EXPECT_EQ(conf.tries, 4U);
    EXPECT_TRUE(conf.rotate);
}

TEST(ResolvConf, ThatSaysNothingMeansTheDefaults) {
    const auto conf = parse_resolv_conf("", "local.test");
    EXPECT_EQ(conf.servers, std::vector<netio::endpoint>{"127.0.0.1:53"});
    EXPECT_EQ(conf.search, strings{"local.test"});
    EXPECT_EQ(conf.dots, 1U);
    EXPECT_EQ(conf.timeout, 5s);
    EXPECT_EQ(conf.tries, 2U);
    EXPECT_FALSE(conf.rotate);
}

TEST(ResolvConf, KeepsItsNumbersWithinReason) {
    const auto conf = parse_resolv_conf("options ndots:99 timeout:0 attempts:1000 attempts:x", "");
    EXPECT_EQ(conf.dots, 15U);
    EXPECT_EQ(conf.timeout, 1s);
    EXPECT_EQ(conf.tries, 5U);
}

TEST(DnsName, IsNeitherEmptyNorTooLong) {
    using netio::detail::is_dns_name;
    const std::string longest(63, 'a');
    for (const std::string& name : {std::string{"a"}, std::string{"a.b."}, std::string{"."},
                                    std::string{"_x._tcp.a"}, longest + ".a"})
        EXPECT_TRUE(is_dns_name(name)) << name;
    for (const std::string& name :
         {std::string{}, std::string{".a"}, std::string{"a..b"}, std::string{"a.."}, longest + "a",
          std::string{"a\0b", 3}, longest + '.' + longest + '.' + longest + '.' + longest})
        EXPECT_FALSE(is_dns_name(name)) << name;
}

TEST(DnsName, OfAnAddressIsThatOfItsReverse) {
    using netio::detail::reverse_dns_name;
    EXPECT_EQ(reverse_dns_name(ip_address::parse("10.20.30.40")), "40.30.20.10.in-addr.arpa");
    EXPECT_EQ(reverse_dns_name(ip_address::parse("::ffff:1.2.3.4")), "4.3.2.1.in-addr.arpa");
    EXPECT_EQ(reverse_dns_name(ip_address::parse("2001:db8::1")),
              "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

} // namespace
