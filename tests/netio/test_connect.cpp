#include <netio/connect.hpp>

#include <fibers/timeout.hpp>
#include <netio/detail/connection_race.hpp>
#include <netio/error.hpp>
#include <netio/tcp_listener.hpp>
#include <netio/unix_listener.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/fake_dns_server.hpp>
#include <tests/netio/resolvers.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <array>
#include <chrono>
#include <string>
#include <unistd.h>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::dns_errc;
using netio::endpoint;
using netio::ip_address;
using netio::tcp_listener;
using netio::tcp_stream;
using test::dns_question;
using test::dns_reaction;
using test::dns_reply_message;
using test::fake_dns_server;

class Connect : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Connect, test::every_place);

class ConnectStop : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Fibers, ConnectStop, test::fibers_only);

/// Where nobody listens.
endpoint deserted() {
    return tcp_listener{"127.0.0.1:0"}.local_endpoint();
}

/// Accepts nothing, and its backlog is full: whoever connects waits.
class silent_listener {
  public:
    silent_listener() {
        fibers::timeout_scope limit{100ms};
        std::error_code ec;
        while (!ec)
            waiting_.push_back(tcp_stream::connect(listener_.local_endpoint(), ec));
    }
    endpoint where() const { return listener_.local_endpoint(); }

  private:
    tcp_listener listener_{"127.0.0.1:0", {.backlog = 0}};
    std::vector<tcp_stream> waiting_;
};

/// 127.0.0.1 and ::1 for every name.
dns_reaction loopback(const dns_question& asked) {
    dns_reply_message reply{asked};
    if (asked.type == netio::record_type::a)
        reply.answer(asked.type, 60, test::a("127.0.0.1"));
    else
        reply.answer(asked.type, 60, test::aaaa("::1"));
    return {{reply.bytes()}};
}

std::string with_port(const std::string& host, const endpoint& there) {
    return host + ':' + std::to_string(there.port());
}

TEST_P(Connect, ReachesALiteralTheShortWay) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        const auto client = netio::connect(listener.local_endpoint().to_string());
        EXPECT_EQ(client.remote_endpoint(), listener.local_endpoint());
        EXPECT_EQ(listener.accept().remote_endpoint(), client.local_endpoint());
    });
}

TEST_P(Connect, ReachesAHostByWhicheverAddressAnswers) {
    run([] {
        const fake_dns_server server{loopback};
        netio::resolver names{test::asking({server.endpoint()})};
        for (const char* local : {"127.0.0.1:0", "[::1]:0"}) {
            tcp_listener listener{local, {.only_v6 = true}};
            auto client = netio::connect(with_port("host.test", listener.local_endpoint()), names);
            EXPECT_EQ(client.remote_endpoint(), listener.local_endpoint());
            EXPECT_TRUE(client.get_option<netio::no_delay>().value);
            listener.accept().write_all(netio::buffer("x"));
            EXPECT_EQ(test::read_text(client), "x");
        }
    });
}

TEST_P(Connect, WithoutAResolverGoesByTheSystemsFiles) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        const auto client = netio::connect(with_port("localhost", listener.local_endpoint()));
        EXPECT_EQ(client.remote_endpoint(), listener.local_endpoint());
    });
}

TEST_P(Connect, ToAnAddressThatAUserChoosesIsOfTheKindThatItNames) {
    run([] {
        const test::temporary_folder folder;
        netio::resolver names;
        const auto expect_contact = [&](auto& listener, const std::string& address) {
            for (const bool with_resolver : {false, true}) {
                auto client =
                    with_resolver ? netio::connect_to(address, names) : netio::connect_to(address);
                std::visit([](auto& stream) { stream.write_all(netio::buffer("x")); }, client);
                std::array<std::byte, 1> byte;
                EXPECT_EQ(listener.accept().read(byte), 1u) << address;
            }
        };
        // Abstract names belong to the machine, and other cases run at the same time.
        const std::string name = "unix:@weft-test-" + std::to_string(::getpid());
        netio::unix_listener by_path{"unix:" + (folder / "s")}, by_name{name};
        tcp_listener by_port{"127.0.0.1:0"};
        expect_contact(by_path, "unix:" + (folder / "s"));
        expect_contact(by_name, name);
        expect_contact(by_port, with_port("localhost", by_port.local_endpoint()));
    });
}

TEST_P(Connect, ToAUnixSocketThatIsNotThereSaysWhich) {
    run([] {
        std::error_code ec;
        EXPECT_FALSE(
            std::get<netio::unix_stream>(netio::connect_to("unix:/no/such", ec)).is_open());
        EXPECT_EQ(ec, std::errc::no_such_file_or_directory);
        EXPECT_EQ(test::message_of([] { netio::connect_to("unix:/no/such"); }),
                  "cannot connect to unix:/no/such: No such file or directory");
    });
}

TEST_P(Connect, TheErrorListsEachAddressAndWhatFailedThere) {
    run([] {
        const fake_dns_server server{loopback};
        netio::resolver names{test::asking({server.endpoint()})};
        const endpoint nobody = deserted();
        const std::size_t before = test::open_descriptors();
        try {
            netio::connect(with_port("host.test", nobody), names);
            ADD_FAILURE() << "did not throw";
        } catch (const netio::connect_error& e) {
            ASSERT_EQ(e.attempts().size(), 2u);
            const std::string text = e.what();
            for (const auto& each : e.attempts()) {
                EXPECT_EQ(each.remote.port(), nobody.port());
                EXPECT_TRUE(each.ec);
                EXPECT_NE(text.find(each.remote.to_string() + ": " + each.ec.message()), text.npos)
                    << text;
            }
            EXPECT_NE(text.find("cannot connect to " + with_port("host.test", nobody)), text.npos);
        }
        EXPECT_EQ(test::open_descriptors(), before);
    });
}

TEST_P(Connect, TheCodeIsThatOfTheFirstAddress) {
    run([] {
        const std::array remotes{deserted(), endpoint{"255.255.255.255:80"}};
        std::error_code ec;
        EXPECT_FALSE(netio::connect_any(remotes, ec).is_open());
        EXPECT_EQ(ec, std::errc::connection_refused);
    });
}

TEST_P(Connect, DoesNotWaitForAnAddressThatKeepsSilent) {
    run([] {
        const silent_listener silent;
        tcp_listener listener{"127.0.0.1:0"};
        const std::array remotes{silent.where(), listener.local_endpoint()};
        const std::size_t before = test::open_descriptors();
        const auto begin = std::chrono::steady_clock::now();
        const fibers::timeout_scope limit{20s};
        const auto client = netio::connect_any(remotes);
        EXPECT_EQ(client.remote_endpoint(), listener.local_endpoint());
        EXPECT_GE(std::chrono::steady_clock::now() - begin, 250ms);
        EXPECT_EQ(test::open_descriptors(), before + 1) << "the other is closed";
    });
}

TEST_P(Connect, TriesTheNextAtOnceWhereOneFails) {
    run([] {
        tcp_listener listener{"127.0.0.1:0"};
        const std::array remotes{deserted(), deserted(), listener.local_endpoint()};
        EXPECT_EQ(netio::connect_any(remotes).remote_endpoint(), listener.local_endpoint());
    });
}

TEST_P(Connect, FailsAtTheDeadlineAndSaysWhatWasUnderWay) {
    run([] {
        const silent_listener silent;
        const std::array remotes{deserted(), silent.where()};
        const std::size_t before = test::open_descriptors();
        const fibers::timeout_scope limit{50ms};
        try {
            netio::connect_any(remotes);
            ADD_FAILURE() << "did not throw";
        } catch (const netio::connect_error& e) {
            EXPECT_EQ(e.code(), std::errc::timed_out);
            ASSERT_EQ(e.attempts().size(), 2u);
            EXPECT_EQ(e.attempts()[0].ec, std::errc::connection_refused);
            EXPECT_EQ(e.attempts()[1].remote, silent.where());
            EXPECT_EQ(e.attempts()[1].ec, std::errc::timed_out);
        }
        EXPECT_EQ(test::open_descriptors(), before);
    });
}

TEST_P(Connect, FailsAsTheLookupDoes) {
    run([] {
        const fake_dns_server server{test::always_rcode(3)};
        netio::resolver names{test::asking({server.endpoint()})};
        std::error_code ec;
        netio::connect("host.test:80", names, ec);
        EXPECT_EQ(ec, dns_errc::not_found);
        EXPECT_THROW(netio::connect("host.test:80", names), std::system_error);
    });
}

TEST_P(Connect, RefusesWhatIsNoDestination) {
    run([] {
        for (const auto& [text, expected] : {std::pair{"host", netio::errc::missing_port},
                                             {"host:http", netio::errc::invalid_port},
                                             {"host:65536", netio::errc::port_out_of_range},
                                             {":80", netio::errc::missing_host},
                                             {"[host]:80", netio::errc::invalid_address},
                                             {"::1:80", netio::errc::invalid_address},
                                             {"", netio::errc::missing_port}}) {
            std::error_code ec;
            netio::connect(text, ec);
            EXPECT_EQ(ec, expected) << text;
        }
        std::error_code ec;
        netio::connect_any({}, ec);
        EXPECT_EQ(ec, std::errc::invalid_argument);
    });
}

TEST_P(ConnectStop, ClosesEverythingThatIsUnderWay) {
    run([&] {
        const silent_listener silent;
        const std::array remotes{silent.where(), silent.where()};
        const std::size_t before = test::open_descriptors();
        std::error_code ec;
        auto task = start([&] { netio::connect_any(remotes, ec); });
        settle();
        task.request_stop();
        task.join();
        EXPECT_EQ(ec, std::errc::operation_canceled);
        EXPECT_EQ(test::open_descriptors(), before);
    });
}

TEST(ConnectOrder, TakesTheKindsOfAddressesByTurns) {
    const auto order_of = [](std::initializer_list<const char*> texts) {
        std::vector<ip_address> addresses;
        for (const char* text : texts)
            addresses.push_back(ip_address::parse(text));
        std::string order;
        for (const endpoint& each : netio::detail::by_turns(addresses, 1))
            order += each.to_string() + ' ';
        return order;
    };
    EXPECT_EQ(order_of({"::1", "::2", "::3", "10.0.0.1", "10.0.0.2"}),
              "[::1]:1 10.0.0.1:1 [::2]:1 10.0.0.2:1 [::3]:1 ");
    EXPECT_EQ(order_of({"10.0.0.1", "::1"}), "10.0.0.1:1 [::1]:1 ");
    EXPECT_EQ(order_of({"::1", "::2"}), "[::1]:1 [::2]:1 ");
    EXPECT_EQ(order_of({}), "");
}

} // namespace
