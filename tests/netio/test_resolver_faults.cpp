#include <netio/resolver.hpp>

#include <netio/error.hpp>
#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/fake_dns_server.hpp>
#include <tests/netio/resolvers.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <utility>

#include <gtest/gtest.h>

namespace {

using netio::address_family;
using netio::dns_errc;
using netio::record_type;
using netio::resolver;
using test::dns_question;
using test::dns_reaction;
using test::dns_reply_message;
using test::fake_dns_server;

const std::string host = "host.test";

class ResolverFaults : public test::everywhere {
  protected:
    /// What a lookup at a server that behaves like that fails with; no error: it has succeeded.
    template <class... Timeout>
    static std::error_code error_at(fake_dns_server::behaviour behaviour, Timeout... timeout) {
        const fake_dns_server server{std::move(behaviour)};
        return error_of(test::asking({server.endpoint()}, timeout...));
    }

    static std::error_code error_of(const netio::resolver_options& options) {
        const std::size_t before = test::open_descriptors();
        std::error_code ec;
        resolver names{options};
        names.lookup(host, address_family::v4, ec);
        EXPECT_TRUE(test::descriptors_come_down_to(before));
        return ec;
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, ResolverFaults, test::every_place);

/// Its reply to a question for the address, before it is made worse.
dns_reply_message good(const dns_question& asked) {
    return dns_reply_message{asked}.answer(asked.type, 60, test::a("127.0.0.2"));
}

TEST_P(ResolverFaults, AServerThatKeepsSilentIsAskedAgainAndThenTimesOut) {
    run([] {
        const fake_dns_server server{test::silence()};
        const auto ec = error_of(test::asking({server.endpoint()}, test::no_patience));
        EXPECT_EQ(ec, dns_errc::timed_out);
        EXPECT_EQ(ec, std::errc::timed_out);
        EXPECT_EQ(server.questions().size(), 2u);
    });
}

TEST_P(ResolverFaults, AFailureOfTheServerIsToldAsSuch) {
    run([] {
        EXPECT_EQ(error_at(test::always_rcode(2)), dns_errc::server_failure);
        EXPECT_EQ(error_at(test::always_rcode(5)), dns_errc::refused);
        EXPECT_EQ(error_at(test::always_rcode(1)), dns_errc::not_implemented);
        EXPECT_EQ(error_at(test::always_rcode(4)), dns_errc::not_implemented);
    });
}

TEST_P(ResolverFaults, ThatThereIsNothingIsAskedOnce) {
    run([] {
        for (const unsigned rcode : {0U, 3U}) {
            const fake_dns_server server{test::always_rcode(rcode)};
            EXPECT_EQ(error_of(test::asking({server.endpoint()})),
                      rcode == 0 ? dns_errc::no_data : dns_errc::not_found);
            EXPECT_EQ(server.questions().size(), 1u);
        }
    });
}

TEST_P(ResolverFaults, ATruncatedReplyIsFetchedByTcp) {
    run([] {
        const fake_dns_server server{[](const dns_question& asked) {
            return dns_reaction{{asked.over_tcp ? good(asked).bytes()
                                                : dns_reply_message{asked}.truncated().bytes()}};
        }};
        EXPECT_FALSE(error_of(test::asking({server.endpoint()})));
        EXPECT_TRUE(server.questions().back().over_tcp);
    });
}

TEST_P(ResolverFaults, TwoHundredAddressesAllArrive) {
    run([] {
        const fake_dns_server server{[](const dns_question& asked) {
            dns_reply_message reply{asked};
            if (!asked.over_tcp)
                return dns_reaction{{reply.truncated().bytes()}};
            for (int i = 0; i != 200; ++i)
                reply.answer(asked.type, 60, test::a("127.0.1." + std::to_string(i)));
            return dns_reaction{{reply.bytes()}};
        }};
        resolver names{test::asking({server.endpoint()})};
        const auto found = names.lookup(host, address_family::v4);
        ASSERT_EQ(found.size(), 200u);
        EXPECT_EQ(found.back().to_string(), "127.0.1.199");
    });
}

TEST_P(ResolverFaults, AConnectionThatIsCutIsAnError) {
    run([] {
        for (const std::size_t bytes : {0U, 1U, 2U, 20U})
            EXPECT_EQ(error_at([bytes](const dns_question& asked) {
                          return asked.over_tcp
                                     ? dns_reaction{.messages = {good(asked).bytes()},
                                                    .cut_after = bytes}
                                     : dns_reaction{{dns_reply_message{asked}.truncated().bytes()}};
                      }),
                      netio::errc::end_of_stream)
                << bytes;
    });
}

TEST_P(ResolverFaults, AReplyThatMakesNoSenseIsAnError) {
    run([] {
        EXPECT_EQ(error_at([](const dns_question& asked) {
                      return dns_reaction{{good(asked).pretended_answers(5).bytes()}};
                  }),
                  dns_errc::malformed_reply);
        EXPECT_EQ(
            error_at([](const dns_question& asked) {
                return dns_reaction{
                    {dns_reply_message{asked}.answer(record_type::a, 60, "too short").bytes()}};
            }),
            dns_errc::malformed_reply);
    });
}

TEST_P(ResolverFaults, WhatIsNoReplyToTheQuestionIsIgnored) {
    run([] {
        const auto another_id = [](const dns_question& asked) {
            return good(asked).id(static_cast<std::uint16_t>(asked.id + 1)).bytes();
        };
        const auto another_question = [](dns_question asked) {
            asked.name = "evil.test";
            return good(asked).bytes();
        };
        const auto nonsense = [](const dns_question&) { return std::string{"short"}; };
        for (const std::function<std::string(const dns_question&)>& bad :
             {std::function<std::string(const dns_question&)>{another_id},
              {another_question},
              {nonsense}}) {
            EXPECT_EQ(
                error_at([&](const dns_question& asked) { return dns_reaction{{bad(asked)}}; },
                         test::no_patience),
                dns_errc::timed_out);
            EXPECT_FALSE(error_at([&](const dns_question& asked) {
                return dns_reaction{{bad(asked), good(asked).bytes()}};
            }));
        }
    });
}

TEST_P(ResolverFaults, WhatComesFromAnotherPortIsIgnored) {
    run([] {
        EXPECT_EQ(error_at(
                      [](const dns_question& asked) {
                          return dns_reaction{.messages = {good(asked).bytes()},
                                              .from_other_port = true};
                      },
                      test::no_patience),
                  dns_errc::timed_out);
    });
}

TEST_P(ResolverFaults, AliasesInACircleAreAnError) {
    run([] {
        EXPECT_EQ(error_at([](const dns_question& asked) {
                      return dns_reaction{
                          {dns_reply_message{asked}
                               .answer(record_type::cname, 60, test::dns_name("b.test"))
                               .answer("b.test", record_type::cname, 60, test::dns_name(host))
                               .bytes()}};
                  }),
                  dns_errc::alias_loop);
    });
}

TEST_P(ResolverFaults, TheNextServerIsAskedWhereOneFails) {
    run([] {
        const auto address = test::always_address("127.0.0.2");
        for (const auto& failing :
             {test::silence(), test::always_rcode(2), test::always_rcode(5)}) {
            const fake_dns_server bad{failing}, good{address};
            EXPECT_FALSE(
                error_of(test::asking({bad.endpoint(), good.endpoint()}, test::no_patience)));
            EXPECT_FALSE(bad.questions().empty());
            EXPECT_FALSE(good.questions().empty());
        }
    });
}

TEST_P(ResolverFaults, AServerThatIsNotThereIsPassedOver) {
    run([] {
        netio::endpoint nobody;
        {
            const fake_dns_server gone{test::silence()};
            nobody = gone.endpoint();
        }
        EXPECT_EQ(error_of(test::asking({nobody})), std::errc::connection_refused);
        const fake_dns_server good{test::always_address("127.0.0.2")};
        EXPECT_FALSE(error_of(test::asking({nobody, good.endpoint()})));
    });
}

TEST_P(ResolverFaults, AServerThatWasDownServesWhenItIsUp) {
    run([] {
        std::optional<fake_dns_server> server{std::in_place, test::always_address("127.0.0.2")};
        const netio::endpoint there = server->endpoint();
        resolver names{test::asking({there})};
        server.reset();
        std::error_code ec;
        names.lookup(host, ec);
        EXPECT_EQ(ec, std::errc::connection_refused);
        server.emplace(test::always_address("127.0.0.2"), there);
        EXPECT_EQ(names.lookup(host).size(), 1u);
    });
}

TEST_P(ResolverFaults, WithoutDescriptorsItSaysSo) {
    run([] {
        const fake_dns_server server{test::always_address("127.0.0.2")};
        resolver names{test::asking({server.endpoint()})};
        names.lookup("first.test");
        rlimit before{};
        ::getrlimit(RLIMIT_NOFILE, &before);
        rlimit none = before;
        none.rlim_cur = 3;
        ::setrlimit(RLIMIT_NOFILE, &none);
        std::error_code ec;
        names.lookup(host, ec);
        ::setrlimit(RLIMIT_NOFILE, &before);
        EXPECT_EQ(ec, std::errc::too_many_files_open);
        EXPECT_EQ(names.lookup(host).size(), 1u);
    });
}

} // namespace
