#include <netio/detail/dns_message.hpp>

#include <netio/dns_error.hpp>
#include <tests/netio/dns_messages.hpp>

#include <chrono>
#include <random>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::dns_errc;
using netio::record_type;
using netio::detail::dns_reply;

const test::dns_question asked{.id = 1, .name = "host.test", .type = record_type::a};

dns_reply parse(const std::string& bytes, record_type type = record_type::a) {
    return netio::detail::parse_dns_reply(
        {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, "host.test", type);
}

dns_reply parse(const test::dns_reply_message& message, record_type type = record_type::a) {
    return parse(message.bytes(), type);
}

/// "A 10.0.0.1, A 10.0.0.2", of all records.
std::string text_of(const dns_reply& reply) {
    std::string text;
    for (const auto& each : reply.records) {
        text += text.empty() ? "" : ", ";
        text += netio::to_string(each.type);
        text += ' ' + netio::data_to_string(each);
    }
    return text;
}

TEST(DnsMessage, HasRecordsOfEveryKind) {
    const std::string name = test::dns_name("Other.Test");
    for (const auto& [type, data, text] : {
             std::tuple{record_type::a, test::a("10.0.0.1"), "A 10.0.0.1"},
             {record_type::aaaa, test::aaaa("fd00::1"), "AAAA fd00::1"},
             {record_type::cname, name, "CNAME Other.Test"},
             {record_type::ns, name, "NS Other.Test"},
             {record_type::ptr, name, "PTR Other.Test"},
             {record_type::mx, test::mx(10, "mail.test"), "MX 10 mail.test"},
             {record_type::srv, test::srv(1, 2, 80, "web.test"), "SRV 1 2 80 web.test"},
             {record_type::txt, test::txt({"a\"b", ""}), R"(TXT "a\"b" "")"},
             {record_type::soa, test::soa(60), "SOA ns.test root.test 1 3600 600 86400 60"},
         }) {
        test::dns_question question = asked;
        question.type = type;
        const auto reply = parse(test::dns_reply_message{question}.answer(type, 60, data), type);
        EXPECT_EQ(text_of(reply), text);
        EXPECT_FALSE(reply.ec) << reply.ec.message();
    }
}

TEST(DnsMessage, FollowsAliasesAndKeepsThemForTheLeastTime) {
    const auto reply =
        parse(test::dns_reply_message{asked}
                  .answer("c.test", record_type::a, 300, test::a("10.0.0.1"))
                  .answer("b.test", record_type::cname, 20, test::dns_name("C.test"))
                  .answer("HOST.test", record_type::cname, 60, test::dns_name("b.test")));
    EXPECT_EQ(text_of(reply), "CNAME b.test, CNAME C.test, A 10.0.0.1");
    EXPECT_EQ(reply.ttl, 20s);
}

TEST(DnsMessage, PassesOverRecordsThatNobodyAskedFor) {
    const auto reply = parse(test::dns_reply_message{asked}
                                 .answer("evil.test", record_type::a, 60, test::a("10.6.6.6"))
                                 .answer(record_type::txt, 60, test::txt({"x"}))
                                 .answer(static_cast<record_type>(65), 60, "anything")
                                 .answer(record_type::a, 60, test::a("10.0.0.1")));
    EXPECT_EQ(text_of(reply), "A 10.0.0.1");
}

TEST(DnsMessage, AliasesThatLeadInACircleAreAnError) {
    const auto reply =
        parse(test::dns_reply_message{asked}
                  .answer(record_type::cname, 60, test::dns_name("b.test"))
                  .answer("b.test", record_type::cname, 60, test::dns_name("host.test")));
    EXPECT_EQ(reply.ec, dns_errc::alias_loop);
    EXPECT_EQ(text_of(reply), "");
}

TEST(DnsMessage, AnAliasOfNothingHasNoData) {
    const auto reply = parse(
        test::dns_reply_message{asked}.answer(record_type::cname, 60, test::dns_name("b.test")));
    EXPECT_EQ(reply.ec, dns_errc::no_data);
}

TEST(DnsMessage, TellsTheResponseCodesApart) {
    for (const auto& [code, ec] : {std::pair{1U, dns_errc::not_implemented},
                                   {2U, dns_errc::server_failure},
                                   {3U, dns_errc::not_found},
                                   {4U, dns_errc::not_implemented},
                                   {5U, dns_errc::refused},
                                   {9U, dns_errc::server_failure}})
        EXPECT_EQ(parse(test::dns_reply_message{asked}.rcode(code)).ec, ec) << code;
}

TEST(DnsMessage, ThatNothingIsThereIsKeptAsTheZoneSays) {
    test::dns_reply_message none{asked};
    EXPECT_EQ(parse(none).ec, dns_errc::no_data);
    EXPECT_EQ(parse(none).ttl, 0s) << "without a SOA record";
    none.authority("test", record_type::soa, 600, test::soa(30));
    EXPECT_EQ(parse(none).ttl, 30s);
    none.rcode(3);
    EXPECT_EQ(parse(none).ec, dns_errc::not_found);
    EXPECT_EQ(parse(none).ttl, 30s);
}

TEST(DnsMessage, NothingIsKeptForeverOrForANegativeTime) {
    const auto ttl_of = [](std::uint32_t ttl) {
        return parse(
                   test::dns_reply_message{asked}.answer(record_type::a, ttl, test::a("10.0.0.1")))
            .ttl;
    };
    EXPECT_EQ(ttl_of(0), 0s);
    EXPECT_EQ(ttl_of(0x7fffffff), 24h);
    EXPECT_EQ(ttl_of(0x80000000), 0s);
}

TEST(DnsMessage, ExpandsCompressedNamesAndEscapesOddOnes) {
    test::dns_question question = asked;
    question.type = record_type::ptr;
    const std::string label{"\x07"
                            "a.b\\ c\x01",
                            8};
    const std::string pointer{"\xc0\x0c", 2}; // to the question
    const auto reply =
        parse(test::dns_reply_message{question}.answer(record_type::ptr, 60, label + pointer),
              record_type::ptr);
    EXPECT_EQ(text_of(reply), R"(PTR a\.b\\\032c\001.host.test)");
}

TEST(DnsMessage, PointersThatLeadForwardOrInACircleAreMalformed) {
    test::dns_question question = asked;
    question.type = record_type::ptr;
    for (const std::string& data : {std::string{"\xc0\x35", 2}, std::string{"\xff\xff", 2},
                                    std::string{"\x01"
                                                "a\xc0\x33",
                                                4},
                                    std::string{"\x80", 1}}) {
        const auto reply = parse(
            test::dns_reply_message{question}.answer(record_type::ptr, 60, data), record_type::ptr);
        EXPECT_EQ(reply.ec, dns_errc::malformed_reply);
    }
}

TEST(DnsMessage, IsMalformedWhereverItIsCutOff) {
    const std::string whole = test::dns_reply_message{asked}
                                  .answer(record_type::cname, 60, test::dns_name("b.test"))
                                  .answer("b.test", record_type::a, 60, test::a("10.0.0.1"))
                                  .bytes();
    EXPECT_FALSE(parse(whole).ec);
    for (std::size_t size = 0; size != whole.size(); ++size)
        EXPECT_EQ(parse(whole.substr(0, size)).ec, dns_errc::malformed_reply) << size;
}

TEST(DnsMessage, OfAnyBytesIsReadOrRefused) {
    std::mt19937 random{7};
    const std::string whole = test::dns_reply_message{asked}
                                  .answer(record_type::cname, 60, test::dns_name("b.test"))
                                  .answer("b.test", record_type::a, 60, test::a("10.0.0.1"))
                                  .authority("test", record_type::soa, 600, test::soa(30))
                                  .bytes();
    for (int round = 0; round != 20'000; ++round) {
        std::string bytes = whole;
        for (int i = 0; i != 3; ++i)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        const auto reply = parse(bytes);
        EXPECT_EQ(reply.records.empty(), static_cast<bool>(reply.ec));
    }
}

} // namespace
