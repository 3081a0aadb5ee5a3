#include <netio/resolver.hpp>

#include <tests/netio/everywhere.hpp>
#include <tests/netio/fake_dns_server.hpp>
#include <tests/netio/resolvers.hpp>

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::address_family;
using netio::dns_errc;
using netio::ip_address;
using netio::resolver;
using test::fake_dns_server;

class ResolverFiles : public test::everywhere {
  protected:
    /// With a hosts file, and a server that knows no name.
    struct with_hosts {
        explicit with_hosts(std::string_view text) : hosts{text} {
            auto options = test::asking({server.endpoint()});
            options.hosts_file = hosts.path();
            options.reread_after = 0ms;
            names = resolver{options};
        }

        test::temporary_file hosts;
        fake_dns_server server{test::always_rcode(3)};
        resolver names;

        std::string address_of(std::string_view name) {
            std::error_code ec;
            const auto found = names.lookup(name, ec);
            return ec ? ec.message() : found.front().to_string();
        }
    };
};
INSTANTIATE_TEST_SUITE_P(Everywhere, ResolverFiles, test::every_place);

const std::string no_such_name = make_error_code(dns_errc::not_found).message();

TEST_P(ResolverFiles, TheHostsFileIsEnough) {
    run([] {
        with_hosts with{"127.0.0.3 host.test alias\n"};
        EXPECT_EQ(with.address_of("HOST.test"), "127.0.0.3");
        EXPECT_EQ(with.address_of("alias"), "127.0.0.3");
        EXPECT_EQ(with.names.reverse(ip_address::parse("127.0.0.3")),
                  (std::vector<std::string>{"host.test", "alias"}));
        EXPECT_TRUE(with.server.questions().empty());
        EXPECT_EQ(with.address_of("other.test"), no_such_name);
    });
}

TEST_P(ResolverFiles, TheServersAreAskedForTheVersionThatTheHostsFileHasNot) {
    run([] {
        with_hosts with{"127.0.0.3 host.test\n"};
        std::error_code ec;
        with.names.lookup("host.test", address_family::v6, ec);
        EXPECT_EQ(ec, dns_errc::not_found);
        EXPECT_EQ(with.server.questions().size(), 1u);
    });
}

TEST_P(ResolverFiles, ChangesOfTheHostsFileAreSeen) {
    run([] {
        with_hosts with{""};
        EXPECT_EQ(with.address_of("host.test"), no_such_name);
        with.hosts.write("127.0.0.3 host.test\n");
        EXPECT_EQ(with.address_of("host.test"), "127.0.0.3");
        with.hosts.write("127.0.0.33 host.test\n");
        EXPECT_EQ(with.address_of("host.test"), "127.0.0.33");
        std::filesystem::remove(with.hosts.path());
        EXPECT_EQ(with.address_of("host.test"), no_such_name);
    });
}

TEST_P(ResolverFiles, AHugeHostsFileIsRead) {
    run([] {
        std::string text;
        for (int i = 0; i != 100'000; ++i)
            text += "127.1." + std::to_string(i / 250 % 250) + '.' + std::to_string(i % 250) +
                    " host" + std::to_string(i) + ".test\n";
        with_hosts with{text};
        EXPECT_EQ(with.address_of("host99999.test"), "127.1.149.249");
    });
}

TEST_P(ResolverFiles, WhatIsNoFileCountsAsEmpty) {
    run([] {
        const fake_dns_server server{test::always_address("127.0.0.2")};
        for (const char* path : {"", "/nowhere/at/all", "/", "/dev/zero"}) {
            auto options = test::asking({server.endpoint()});
            options.hosts_file = options.resolv_conf = path;
            resolver names{options};
            EXPECT_EQ(names.lookup("host.test").size(), 1u) << path;
        }
    });
}

TEST_P(ResolverFiles, ResolvConfCountsFromWhenItHasChanged) {
    run([] {
        const fake_dns_server server{test::always_address("127.0.0.2")};
        const test::temporary_file conf{"search first.test\n"};
        auto options = test::asking({server.endpoint()});
        options.resolv_conf = conf.path();
        options.reread_after = 0ms;
        resolver names{options};
        names.lookup("host", address_family::v4);
        conf.write("search the-second.test\n");
        names.lookup("host", address_family::v4);
        const auto asked = server.questions();
        ASSERT_EQ(asked.size(), 2u);
        EXPECT_EQ(asked[0].name, "host.first.test");
        EXPECT_EQ(asked[1].name, "host.the-second.test");
    });
}

TEST_P(ResolverFiles, UnlessToldOtherwiseResolvConfSaysHowOftenToAsk) {
    run([] {
        const fake_dns_server server{test::always_rcode(2)};
        const test::temporary_file conf{"options attempts:3\n"};
        auto options = test::asking({server.endpoint()});
        options.resolv_conf = conf.path();
        options.tries.reset();
        resolver names{options};
        std::error_code ec;
        names.lookup("host.test.", address_family::v4, ec);
        EXPECT_EQ(ec, dns_errc::server_failure);
        EXPECT_EQ(server.questions().size(), 3u);
    });
}

TEST_P(ResolverFiles, AnswersOfFormerServersDoNotCount) {
    run([] {
        const fake_dns_server server{test::always_address("127.0.0.2")};
        const test::temporary_file conf{"options ndots:1\n"};
        auto options = test::asking({server.endpoint()});
        options.resolv_conf = conf.path();
        options.reread_after = 0ms;
        resolver names{options};
        names.lookup("host.test");
        const std::size_t before = server.questions().size();
        names.lookup("host.test");
        EXPECT_EQ(server.questions().size(), before);
        conf.write("options ndots:1 attempts:2\n");
        names.lookup("host.test");
        EXPECT_GT(server.questions().size(), before);
    });
}

} // namespace
