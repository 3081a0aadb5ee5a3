#include <netio/select.hpp>

#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <netio/unix_stream.hpp>

#include <fibers/sync/channel.hpp>

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <system_error>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::channel;
using fibers::on_receive;
using fibers::on_timeout;
using fibers::otherwise;
using fibers::select;
using netio::buffer;
using netio::on_readable;
using netio::on_writable;

constexpr auto unexpected = [](auto&&...) { ADD_FAILURE() << "not to be chosen"; };
constexpr auto nothing = [](auto&&...) {};

class SelectOfSockets : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, SelectOfSockets, test::every_place);

TEST_P(SelectOfSockets, DoesNotChooseAStreamThatHasNothingToRead) {
    run([&] {
        auto [client, server] = test::connect();
        // New, so that it is unknown whether it has.
        EXPECT_EQ(select(on_readable(server, unexpected), otherwise()), 1U);
        EXPECT_EQ(select(on_readable(server, unexpected), on_timeout(1ms)), 1U);
        client.write_all(buffer("x"));
        EXPECT_EQ(select(on_readable(server, nothing), on_timeout(10s)), 0U);
        EXPECT_EQ(select(on_readable(server, nothing), otherwise()), 0U) << "still there";
        std::array<std::byte, 8> bytes;
        EXPECT_EQ(server.read(bytes), 1U);
        EXPECT_EQ(select(on_readable(server, unexpected), otherwise()), 1U);
    });
}

TEST_P(SelectOfSockets, ReadsInTheHandlerWhatHasCome) {
    run([&] {
        auto [client, server] = test::connect();
        channel<int> silent;
        std::string got;
        auto reader = start([&, &stream = server] {
            for (bool more = true; more;)
                select(on_receive(silent, unexpected), on_readable(stream, [&] {
                           std::string piece(2, '\0');
                           piece.resize(stream.read(buffer(piece)));
                           more = !piece.empty();
                           got += piece;
                       }));
        });
        for (const char* const word : {"one", "two", "three"}) {
            settle();
            client.write_all(buffer(std::string{word}));
        }
        client.shutdown_write();
        reader.join();
        EXPECT_EQ(got, "onetwothree");
    });
}

TEST_P(SelectOfSockets, LeavesAStreamAloneThatItDoesNotChoose) {
    run([&] {
        auto [client, server] = test::connect();
        channel<int> numbers{1};
        for (int i = 0; i < 100; ++i) {
            auto chooser = start([&, &stream = server] {
                EXPECT_EQ(select(on_receive(numbers, nothing), on_readable(stream, unexpected)),
                          0U);
            });
            numbers.send(i);
            chooser.join();
            client.write_all(buffer("x"));
            std::array<std::byte, 8> bytes;
            EXPECT_EQ(server.read(bytes), 1U);
        }
    });
}

TEST_P(SelectOfSockets, WaitsForRoomToWrite) {
    run([&] {
        auto [client, server] = test::connect();
        const std::size_t written = test::fill(client);
        EXPECT_EQ(select(on_writable(client, unexpected), otherwise()), 1U);
        auto writer = start([&, &stream = client] {
            EXPECT_EQ(select(on_timeout(10s, unexpected), on_writable(stream, nothing)), 1U);
        });
        settle();
        std::vector<std::byte> bytes(written);
        server.read_exactly(bytes);
        writer.join();
    });
}

TEST_P(SelectOfSockets, ChoosesAListenerThatHasAConnection) {
    run([&] {
        netio::tcp_listener listener{"127.0.0.1:0"};
        EXPECT_EQ(select(on_readable(listener, unexpected), otherwise()), 1U);
        std::optional<netio::tcp_stream> accepted;
        auto acceptor = start([&] {
            select(on_readable(listener, [&] { accepted = listener.accept(); }),
                   on_timeout(10s, unexpected));
        });
        settle();
        const auto client = netio::tcp_stream::connect(listener.local_endpoint());
        acceptor.join();
        ASSERT_TRUE(accepted);
        EXPECT_EQ(accepted->remote_endpoint(), client.local_endpoint());
    });
}

TEST_P(SelectOfSockets, ChoosesAStreamThatIsClosedMeanwhile) {
    run([&] {
        auto [client, server] = test::connect();
        std::error_code ec;
        auto reader = start([&, &stream = server] {
            select(on_readable(stream, [&] {
                std::array<std::byte, 8> bytes;
                stream.read(bytes, ec);
            }));
        });
        settle();
        server.close();
        reader.join();
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
    });
}

TEST_P(SelectOfSockets, RefusesAStreamThatIsClosed) {
    run([&] {
        auto [client, server] = test::connect();
        server.close();
        try {
            select(on_readable(server, unexpected), otherwise());
            ADD_FAILURE() << "it has been chosen";
        } catch (const std::system_error& refused) {
            EXPECT_EQ(refused.code(), std::errc::bad_file_descriptor);
        }
    });
}

TEST_P(SelectOfSockets, TakesUnixSocketsToo) {
    run([&] {
        auto [one, other] = netio::unix_stream::pair();
        EXPECT_EQ(select(on_readable(one, unexpected), on_writable(other, nothing)), 1U);
        other.write_all(buffer("x"));
        EXPECT_EQ(select(on_readable(one, nothing), otherwise()), 0U);
    });
}

} // namespace
