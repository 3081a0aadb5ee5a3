#include <netio/resolver.hpp>

#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>
#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/fake_dns_server.hpp>
#include <tests/netio/resolvers.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::address_family;
using netio::dns_errc;
using netio::record_type;
using netio::resolver;
using test::dns_question;
using test::dns_reaction;
using test::dns_reply_message;
using test::fake_dns_server;

class ResolverCache : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, ResolverCache, test::every_place);

class ResolverStop : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Fibers, ResolverStop, test::fibers_only);

constexpr auto v4 = address_family::v4;

TEST_P(ResolverCache, AsksOnceForAsLongAsTheAnswerIsValid) {
    run([] {
        const fake_dns_server server{test::always_address("127.0.0.2", 1)};
        resolver names{test::asking({server.endpoint()})};
        const auto begin = std::chrono::steady_clock::now();
        names.lookup("host.test", v4);
        names.lookup("HOST.test.", v4);
        if (std::chrono::steady_clock::now() - begin < 1s) {
            EXPECT_EQ(server.questions().size(), 1u);
        }
        fibers::this_fiber::sleep_for(1100ms);
        names.lookup("host.test", v4);
        EXPECT_GE(server.questions().size(), 2u);
    });
}

TEST_P(ResolverCache, RemembersThatThereIsNothing) {
    run([] {
        for (const unsigned rcode : {0U, 3U}) {
            const fake_dns_server server{[rcode](const dns_question& asked) {
                return dns_reaction{{dns_reply_message{asked}
                                         .rcode(rcode)
                                         .authority("test", record_type::soa, 60, test::soa(60))
                                         .bytes()}};
            }};
            resolver names{test::asking({server.endpoint()})};
            for (int i = 0; i != 2; ++i) {
                std::error_code ec;
                names.lookup("host.test", v4, ec);
                EXPECT_EQ(ec, rcode == 0 ? dns_errc::no_data : dns_errc::not_found);
            }
            EXPECT_EQ(server.questions().size(), 1u);
        }
    });
}

TEST_P(ResolverCache, ThatOneVersionIsMissingIsRememberedNoLongerThanTheZoneSays) {
    run([] {
        const fake_dns_server server{[](const dns_question& asked) {
            dns_reply_message reply{asked};
            if (asked.type == record_type::a)
                reply.answer(asked.type, 60, test::a("127.0.0.2"));
            else
                reply.authority("test", record_type::soa, 60, test::soa(1));
            return dns_reaction{{reply.bytes()}};
        }};
        resolver names{test::asking({server.endpoint()})};
        names.lookup("host.test");
        fibers::this_fiber::sleep_for(1100ms);
        names.lookup("host.test");
        EXPECT_EQ(server.questions().size(), 4u);
    });
}

TEST_P(ResolverCache, DoesNotRememberFailuresNorWhatHasNoTime) {
    run([] {
        for (const auto& behaviour :
             {test::always_rcode(3), test::always_rcode(2), test::always_address("127.0.0.2", 0)}) {
            const fake_dns_server server{behaviour};
            resolver names{test::asking({server.endpoint()})};
            std::error_code ec;
            names.lookup("host.test", v4, ec);
            const std::size_t first = server.questions().size();
            names.lookup("host.test", v4, ec);
            EXPECT_GT(server.questions().size(), first);
        }
    });
}

TEST_P(ResolverCache, ForgetsTheLongestUnusedWhereItIsFull) {
    run([] {
        const fake_dns_server server{test::always_address("127.0.0.2")};
        auto options = test::asking({server.endpoint()});
        options.cache_size = 2;
        resolver names{options};
        for (const char* name : {"a.test", "b.test", "a.test", "c.test", "a.test"})
            names.lookup(name, v4);
        EXPECT_EQ(server.questions().size(), 3u);
        names.lookup("b.test", v4);
        EXPECT_EQ(server.questions().size(), 4u);
    });
}

TEST_P(ResolverCache, OfSizeZeroRemembersNothing) {
    run([] {
        const fake_dns_server server{test::always_address("127.0.0.2")};
        auto options = test::asking({server.endpoint()});
        options.cache_size = 0;
        resolver names{options};
        names.lookup("a.test", v4);
        names.lookup("a.test", v4);
        EXPECT_EQ(server.questions().size(), 2u);
    });
}

TEST_P(ResolverCache, AsksOnceWhereManyWantToKnow) {
    run([&] {
        const auto address = test::always_address("127.0.0.2", 0);
        const fake_dns_server server{[&](const dns_question& asked) {
            std::this_thread::sleep_for(150ms); // so that all the others have come
            return address(asked);
        }};
        resolver names{test::asking({server.endpoint()})};
        std::vector<test::task> tasks;
        std::atomic<int> found = 0;
        for (int i = 0; i != 20; ++i)
            tasks.push_back(
                start([&] { found += static_cast<int>(names.lookup("host.test", v4).size()); }));
        for (auto& each : tasks)
            each.join();
        EXPECT_EQ(found, 20);
        EXPECT_LT(server.questions().size(), 20u);
    });
}

TEST_P(ResolverCache, OneWhoAsksAndGivesUpIsFollowedByAnother) {
    run([&] {
        std::atomic<bool> speaks = false;
        const auto address = test::always_address("127.0.0.2");
        const fake_dns_server server{
            [&](const dns_question& asked) { return speaks ? address(asked) : dns_reaction{}; }};
        auto options = test::asking({server.endpoint()});
        options.timeout = 10s;
        resolver names{options};
        auto first = start([&] {
            const fibers::timeout_scope limit{300ms};
            std::error_code ec;
            names.lookup("host.test", v4, ec);
            EXPECT_EQ(ec, std::errc::timed_out);
            EXPECT_NE(ec, dns_errc::timed_out);
        });
        while (server.questions().empty())
            fibers::this_fiber::sleep_for(1ms);
        speaks = true;
        EXPECT_EQ(names.lookup("host.test", v4).size(), 1u);
        first.join();
    });
}

TEST_P(ResolverCache, ACrowdNeedsFewSockets) {
    run([&] {
        const std::size_t names_in_all = GetParam() == test::place::plain_threads ? 100 : 2000;
        const fake_dns_server server{test::always_address("127.0.0.2")};
        auto options = test::asking({server.endpoint()});
        options.questions_at_once = 16;
        options.timeout = 5s;
        resolver names{options};
        const std::size_t before = test::open_descriptors();
        std::atomic<std::size_t> most = 0, found = 0;
        std::vector<test::task> tasks;
        for (std::size_t i = 0; i != names_in_all; ++i)
            tasks.push_back(start([&, i] {
                found += names.lookup("host" + std::to_string(i) + ".test").size();
                if (i % 50 == 0)
                    most = std::max(most.load(), test::open_descriptors());
            }));
        for (auto& each : tasks)
            each.join();
        EXPECT_EQ(found, names_in_all);
        // A plain thread needs one more to wait with; and those of /proc, where it is read.
        EXPECT_LE(most, before + 16 * 2 + 20);
        EXPECT_TRUE(test::descriptors_come_down_to(before));
    });
}

TEST_P(ResolverCache, HonoursTheDeadlineAndLeavesNothingOpen) {
    run([] {
        const fake_dns_server server{test::silence()};
        auto options = test::asking({server.endpoint()});
        options.timeout = 30s;
        resolver names{options};
        const std::size_t before = test::open_descriptors();
        for (const auto timeout : {50ms, 0ms}) {
            const fibers::timeout_scope limit{timeout};
            std::error_code ec;
            names.lookup("host.test", ec);
            EXPECT_EQ(ec, std::errc::timed_out);
        }
        EXPECT_TRUE(test::descriptors_come_down_to(before));
    });
}

TEST_P(ResolverStop, CancelsALookupAndLeavesNothingOpen) {
    run([&] {
        const fake_dns_server server{test::silence()};
        auto options = test::asking({server.endpoint()});
        options.timeout = 30s;
        options.questions_at_once = 2;
        resolver names{options};
        const std::size_t before = test::open_descriptors();
        std::vector<std::error_code> ec(6);
        std::vector<test::task> tasks;
        // Two ask, of which one for two others; the last has to wait for its turn.
        for (std::size_t i = 0; i != ec.size(); ++i)
            tasks.push_back(start(
                [&, i] { names.lookup(i < 3 ? "a.test" : std::to_string(i) + ".test", ec[i]); }));
        settle();
        for (auto& each : tasks)
            each.request_stop();
        for (auto& each : tasks)
            each.join();
        for (const auto& each : ec)
            EXPECT_EQ(each, std::errc::operation_canceled) << each.message();
        EXPECT_TRUE(test::descriptors_come_down_to(before));
    });
}

TEST_P(ResolverStop, RacingWithTheReplyGivesOneOrTheOther) {
    run([&] {
        const fake_dns_server server{test::always_address("127.0.0.2", 0)};
        resolver names{test::asking({server.endpoint()})};
        for (int round = 0; round != 300; ++round) {
            std::error_code ec;
            std::size_t found = 0;
            auto task = start([&] { found = names.lookup("host.test", v4, ec).size(); });
            fibers::this_fiber::sleep_for(std::chrono::microseconds{round % 30 * 10});
            task.request_stop();
            task.join();
            if (ec) {
                EXPECT_EQ(ec, std::errc::operation_canceled) << ec.message();
            }
            EXPECT_EQ(found, ec ? 0u : 1u);
        }
        EXPECT_EQ(names.lookup("host.test", v4).size(), 1u);
    });
}

} // namespace
