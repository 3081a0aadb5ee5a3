#include <tests/netio/everywhere.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <netio/unix_datagram.hpp>

#include <fibers/timeout.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <string>

#include <gtest/gtest.h>

namespace {

using netio::buffer;
using netio::unix_datagram;
using netio::unix_endpoint;
using namespace std::chrono_literals;

class UnixDatagram : public test::everywhere {
  protected:
    test::temporary_folder folder_;
    const unix_endpoint path_ = unix_endpoint::from_path(folder_ / "s");
};
INSTANTIATE_TEST_SUITE_P(Everywhere, UnixDatagram, test::every_place);

TEST_P(UnixDatagram, ArrivesWithItsSenderWhoCanBeAnswered) {
    run([&] {
        unix_datagram server{path_}, client{unix_endpoint{}};
        client.send_to(buffer("ping"), path_);
        std::array<std::byte, 16> bytes;
        const auto received = server.receive_from(bytes);
        EXPECT_EQ(received.size, 4u);
        EXPECT_EQ(received.sender, client.local_endpoint());
        server.send_to(buffer("too long for that"), received.sender);
        EXPECT_TRUE(client.receive_from(bytes).is_truncated());
    });
    EXPECT_FALSE(std::filesystem::exists(path_.path())) << "the file is removed";
}

TEST_P(UnixDatagram, OneOfAPairHasNoName) {
    run([] {
        auto [one, other] = unix_datagram::pair();
        one.send(buffer("x"));
        std::array<std::byte, 16> bytes;
        EXPECT_TRUE(other.receive_from(bytes).sender.is_unnamed());
        one.close();
        std::error_code ec;
        other.send(buffer("x"), ec);
        EXPECT_EQ(ec, std::errc::connection_refused);
    });
}

TEST_P(UnixDatagram, ASenderWaitsForAReceiverThatIsFull) {
    run([&] {
        constexpr int count = 300;
        unix_datagram server{path_}, unconnected{unix_endpoint{}}, connected{unix_endpoint{}};
        connected.connect(path_);
        auto one = start([&] {
            for (int i = 0; i != count; ++i)
                unconnected.send_to(buffer("a"), path_);
        });
        auto other = start([&] {
            for (int i = 0; i != count; ++i)
                connected.send(buffer("b"));
        });
        auto third = start([&] {
            const std::array<netio::outgoing_datagram<unix_endpoint>, 30> batch = [&] {
                std::array<netio::outgoing_datagram<unix_endpoint>, 30> made;
                made.fill({buffer("c"), path_});
                return made;
            }();
            for (std::size_t sent = 0; sent != count;)
                sent += unconnected.send_batch(std::span{batch}.first(
                    std::min(batch.size(), static_cast<std::size_t>(count) - sent)));
        });
        settle(); // until they are blocked
        std::array<std::byte, 1> byte;
        for (int i = 0; i != 3 * count; ++i)
            EXPECT_EQ(server.receive_from(byte).full_size, 1u);
        one.join();
        other.join();
        third.join();
    });
}

TEST_P(UnixDatagram, TheWaitForAFullReceiverHonoursTheDeadlineAndItsEnd) {
    run([&] {
        unix_datagram server{path_}, client{unix_endpoint{}};
        std::error_code ec;
        {
            const fibers::timeout_scope limit{50ms};
            while (!ec)
                client.send_to(buffer("x"), path_, ec);
        }
        EXPECT_EQ(ec, std::errc::timed_out);
        auto sender = start([&] { client.send_to(buffer("x"), path_, ec); });
        settle();
        server.close();
        sender.join();
        EXPECT_TRUE(ec == std::errc::connection_refused ||
                    ec == std::errc::no_such_file_or_directory)
            << ec.message();
    });
}

TEST_P(UnixDatagram, AStaleFileIsReplaced) {
    run([&] {
        { const unix_datagram left{path_, {.remove_path = false}}; }
        unix_datagram server{path_};
        std::error_code ec;
        unix_datagram{path_, {}, ec};
        EXPECT_EQ(ec, std::errc::address_in_use);
        auto adopted = unix_datagram::adopt(server.release());
        EXPECT_EQ(adopted.local_endpoint(), path_);
    });
    EXPECT_TRUE(std::filesystem::exists(path_.path())) << "it went with the descriptor";
}

TEST_P(UnixDatagram, CloseWakesWhoReceives) {
    run([&] {
        unix_datagram socket{path_};
        std::error_code ec;
        auto receiver = start([&] {
            std::array<std::byte, 1> byte;
            socket.receive_from(byte, ec);
        });
        settle();
        socket.close();
        receiver.join();
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
    });
}

} // namespace
