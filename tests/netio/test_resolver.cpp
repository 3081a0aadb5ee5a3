#include <netio/resolver.hpp>

#include <tests/netio/everywhere.hpp>
#include <tests/netio/fake_dns_server.hpp>
#include <tests/netio/resolvers.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::address_family;
using netio::dns_errc;
using netio::ip_address;
using netio::record_type;
using netio::resolver;
using test::dns_question;
using test::dns_reaction;
using test::dns_reply_message;
using test::fake_dns_server;
using strings = std::vector<std::string>;

class Resolver : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Resolver, test::every_place);

strings texts_of(const std::vector<ip_address>& addresses) {
    strings texts;
    for (const ip_address& each : addresses)
        texts.push_back(each.to_string());
    return texts;
}

/// Has 127.0.0.2 and ::1 for "host.test", and no other name.
dns_reaction one_host(const dns_question& asked) {
    dns_reply_message reply{asked};
    if (asked.name != "host.test")
        reply.rcode(3);
    else if (asked.type == record_type::a)
        reply.answer(asked.type, 60, test::a("127.0.0.2"));
    else if (asked.type == record_type::aaaa)
        reply.answer(asked.type, 60, test::aaaa("::1"));
    return {{reply.bytes()}};
}

TEST_P(Resolver, FindsTheAddressesOfBothVersions) {
    run([] {
        const fake_dns_server server{one_host};
        resolver names{test::asking({server.endpoint()})};
        auto found = texts_of(names.lookup("host.test"));
        std::sort(found.begin(), found.end());
        EXPECT_EQ(found, (strings{"127.0.0.2", "::1"}));
        EXPECT_EQ(texts_of(names.lookup("HOST.test.", address_family::v4)), strings{"127.0.0.2"});
        EXPECT_EQ(texts_of(names.lookup("host.test", address_family::v6)), strings{"::1"});
    });
}

TEST_P(Resolver, KnowsLiteralsAndLocalhostWithoutAsking) {
    run([] {
        const fake_dns_server server{one_host};
        resolver names{test::asking({server.endpoint()})};
        EXPECT_EQ(texts_of(names.lookup("127.0.0.9")), strings{"127.0.0.9"});
        EXPECT_EQ(texts_of(names.lookup("fd00::9")), strings{"fd00::9"});
        EXPECT_EQ(texts_of(names.lookup("localhost", address_family::v4)), strings{"127.0.0.1"});
        EXPECT_EQ(texts_of(names.lookup("my.LOCALHOST.", address_family::v6)), strings{"::1"});
        std::error_code ec;
        names.lookup("127.0.0.9", address_family::v6, ec);
        EXPECT_EQ(ec, dns_errc::no_data);
        EXPECT_TRUE(server.questions().empty());
    });
}

TEST_P(Resolver, TellsThatThereIsNoSuchNameFromThatItHasNothing) {
    run([] {
        const fake_dns_server server{one_host};
        resolver names{test::asking({server.endpoint()})};
        std::error_code ec;
        EXPECT_TRUE(names.lookup("other.test", ec).empty());
        EXPECT_EQ(ec, dns_errc::not_found);
        EXPECT_TRUE(names.lookup_mx("host.test", ec).empty());
        EXPECT_EQ(ec, dns_errc::no_data);
        names.lookup("host.test", ec);
        EXPECT_FALSE(ec);
    });
}

TEST_P(Resolver, RefusesWhatIsNoName) {
    run([] {
        const fake_dns_server server{one_host};
        resolver names{test::asking({server.endpoint()})};
        for (const std::string& name : {std::string{}, std::string{"a..b"}, std::string(64, 'x')}) {
            std::error_code ec;
            names.lookup(name, ec);
            EXPECT_EQ(ec, dns_errc::invalid_name) << name;
            EXPECT_EQ(ec, std::errc::invalid_argument);
            names.lookup_txt(name, ec);
            EXPECT_EQ(ec, dns_errc::invalid_name) << name;
        }
        EXPECT_TRUE(server.questions().empty());
    });
}

TEST_P(Resolver, TheExceptionNamesTheHostAndTheServer) {
    run([] {
        const fake_dns_server server{one_host};
        resolver names{test::asking({server.endpoint()})};
        try {
            names.lookup("other.test");
            ADD_FAILURE() << "did not throw";
        } catch (const std::system_error& e) {
            EXPECT_EQ(e.what(), "cannot look up other.test at " + server.endpoint().to_string() +
                                    ": No such name");
        }
    });
}

TEST_P(Resolver, FindsServicesMailTextsAndNames) {
    run([] {
        const fake_dns_server server{[](const dns_question& asked) {
            dns_reply_message reply{asked};
            if (asked.type == record_type::srv)
                reply.answer(asked.type, 60, test::srv(20, 1, 2, "b.test"))
                    .answer(asked.type, 60, test::srv(10, 5, 1, "a.test"));
            else if (asked.type == record_type::mx)
                reply.answer(asked.type, 60, test::mx(20, "b.test"))
                    .answer(asked.type, 60, test::mx(10, "a.test"));
            else if (asked.type == record_type::txt)
                reply.answer(asked.type, 60, test::txt({"one ", "text"}));
            else if (asked.name == "2.0.0.127.in-addr.arpa")
                reply.answer(asked.type, 60, test::dns_name("host.test"));
            return dns_reaction{{reply.bytes()}};
        }};
        resolver names{test::asking({server.endpoint()})};
        EXPECT_EQ(names.lookup_srv("_x._tcp.test"),
                  (std::vector<netio::srv_record>{{10, 5, 1, "a.test"}, {20, 1, 2, "b.test"}}));
        EXPECT_EQ(names.lookup_mx("test"),
                  (std::vector<netio::mx_record>{{10, "a.test"}, {20, "b.test"}}));
        EXPECT_EQ(names.lookup_txt("test"), strings{"one text"});
        EXPECT_EQ(names.reverse(ip_address::parse("127.0.0.2")), strings{"host.test"});
        const auto answer = names.query("test", record_type::mx);
        EXPECT_EQ(answer.records.size(), 2u);
        EXPECT_EQ(answer.server, server.endpoint());
    });
}

TEST_P(Resolver, TriesTheDomainsOfTheSearchList) {
    run([] {
        const fake_dns_server server{one_host};
        const test::temporary_file conf{"search nowhere.test test\noptions ndots:2\n"};
        auto options = test::asking({server.endpoint()});
        options.resolv_conf = conf.path();
        resolver names{options};
        EXPECT_EQ(texts_of(names.lookup("host", address_family::v4)), strings{"127.0.0.2"});
        std::error_code ec;
        names.lookup("host.", ec);
        EXPECT_EQ(ec, dns_errc::not_found);
        strings asked;
        for (const auto& each : server.questions())
            if (each.type == record_type::a)
                asked.push_back(each.name);
        EXPECT_EQ(asked, (strings{"host.nowhere.test", "host.test", "host"}));
    });
}

TEST_P(Resolver, OneAddressIsEnoughWhereTheOtherVersionFails) {
    run([] {
        const fake_dns_server server{[](const dns_question& asked) {
            dns_reply_message reply{asked};
            if (asked.type == record_type::a)
                reply.answer(asked.type, 60, test::a("127.0.0.2"));
            else
                reply.rcode(2);
            return dns_reaction{{reply.bytes()}};
        }};
        resolver names{test::asking({server.endpoint()})};
        EXPECT_EQ(texts_of(names.lookup("host.test")), strings{"127.0.0.2"});
    });
}

TEST_P(Resolver, RejectsOptionsThatMakeNoSense) {
    run([] {
        for (const netio::resolver_options& options :
             {netio::resolver_options{.timeout = 0ms}, {.tries = 0}, {.questions_at_once = 0}}) {
            std::error_code ec;
            try {
                resolver{options};
            } catch (const std::system_error& e) {
                ec = e.code();
            }
            EXPECT_EQ(ec, std::errc::invalid_argument);
        }
    });
}

} // namespace
