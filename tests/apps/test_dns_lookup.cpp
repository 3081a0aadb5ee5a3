#include <tests/apps/process.hpp>
#include <tests/netio/fake_dns_server.hpp>

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using netio::record_type;

/// Knows the name "host.test", and what 127.0.0.2 is called.
test::dns_reaction answer(const test::dns_question& asked) {
    test::dns_reply_message reply{asked};
    if (asked.name == "2.0.0.127.in-addr.arpa")
        reply.answer(record_type::ptr, 60, test::dns_name("host.test"));
    else if (asked.name != "host.test")
        reply.rcode(3);
    else if (asked.type == record_type::a)
        reply.answer(record_type::cname, 30, test::dns_name("real.test"))
            .answer("real.test", record_type::a, 60, test::a("127.0.0.2"));
    else if (asked.type == record_type::mx)
        reply.answer(record_type::mx, 60, test::mx(10, "mail.test"));
    return {{reply.bytes()}};
}

class DnsLookup : public testing::Test {
  protected:
    finished look_up(std::vector<std::string> words) const {
        words.insert(words.begin(), {"dns_lookup", '@' + server_.endpoint().to_string()});
        return run(words);
    }

    const test::fake_dns_server server_{answer};
};

TEST_F(DnsLookup, PrintsTheRecordsAndWhoSentThem) {
    const finished result = look_up({"host.test"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.err, "");
    const std::string records = "host.test                          30 CNAME  real.test\n"
                                "real.test                          60 A      127.0.0.2\n"
                                ";; from " +
                                server_.endpoint().to_string() + " in ";
    EXPECT_EQ(result.out.substr(0, records.size()), records);
}

TEST_F(DnsLookup, AsksNobodyForLocalhost) {
    const finished result = look_up({"localhost", "A"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, "localhost                           0 A      127.0.0.1\n"
                          ";; no server is asked for this\n");
    const finished none = look_up({"a.localhost", "MX"});
    EXPECT_EQ(none.code, 1);
    EXPECT_TRUE(server_.questions().empty());
}

TEST_F(DnsLookup, ShortMeansTheDataAlone) {
    const finished result = look_up({"+short", "host.test", "A", "mx"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, "real.test\n127.0.0.2\n10 mail.test\n");
}

TEST_F(DnsLookup, FindsTheNamesOfAnAddress) {
    const finished result = look_up({"+short", "-x", "127.0.0.2"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, "host.test\n");
}

TEST_F(DnsLookup, WhatFailsIsALineAndExitCodeOneAndTheRestIsPrinted) {
    const finished result = look_up({"+short", "other.test", "host.test"});
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.out, "real.test\n127.0.0.2\n");
    EXPECT_EQ(result.err, "dns_lookup: cannot look up other.test at " +
                              server_.endpoint().to_string() + ": No such name (A)\n");
}

TEST_F(DnsLookup, GivesUpAServerThatKeepsSilent) {
    const test::fake_dns_server silent{test::silence()};
    const finished result = run({"dns_lookup", '@' + silent.endpoint().to_string(), "host.test",
                                 "--timeout", "20ms", "--tries", "1"});
    EXPECT_EQ(result.code, 1);
    EXPECT_NE(result.err.find("No name server answered in time"), std::string::npos) << result.err;
}

TEST_F(DnsLookup, AsksTheNextServerWhereOneFails) {
    const test::fake_dns_server failing{test::always_rcode(2)};
    const finished result = run({"dns_lookup", '@' + failing.endpoint().to_string(),
                                 '@' + server_.endpoint().to_string(), "host.test", "+short"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(result.out, "real.test\n127.0.0.2\n");
}

} // namespace
