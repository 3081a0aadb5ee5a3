// Datagrams that come while a receive finds out that there are no more: none of them may be left lying
// while everybody waits. Nothing is lost on the way: so few fit into any socket.

#include <netio/udp_socket.hpp>

#include <fibers/blocking.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/rounds.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <span>
#include <system_error>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace {

using namespace std::chrono_literals;
using netio::endpoint;
using netio::udp_socket;

constexpr int bursts = 20, longest_burst = 12;

/// Sends back what comes, one by one, until the socket is closed.
void echo_each(udp_socket& socket) {
    std::array<std::byte, 8> room;
    for (std::error_code ec;;) {
        const auto received = socket.receive_from(room, ec);
        if (ec)
            return;
        socket.send_to(std::span{room}.first(received.size), received.sender);
    }
}

/// The same in batches, which are mostly larger than what is there.
void echo_batches(udp_socket& socket) {
    constexpr std::size_t most = longest_burst / 2;
    std::array<std::array<std::byte, 8>, most> rooms;
    std::array<netio::incoming_datagram<endpoint>, most> incoming;
    std::array<netio::outgoing_datagram<endpoint>, most> outgoing;
    for (std::size_t i = 0; i != most; ++i)
        incoming[i].room = rooms[i];
    for (std::error_code ec;;) {
        const std::size_t count = socket.receive_batch(incoming, ec);
        if (ec)
            return;
        for (std::size_t i = 0; i != count; ++i)
            outgoing[i] = {std::span{rooms[i]}.first(incoming[i].received.size),
                           incoming[i].received.sender};
        for (std::size_t sent = 0; sent != count;)
            sent += socket.send_batch(std::span{outgoing}.first(count).subspan(sent));
    }
}

/// Sends datagrams at random moments and waits for all of them.
void exchange_bursts(udp_socket& client, test::random_moments& moments) {
    std::array<std::byte, 8> room{};
    for (int burst = 0; burst != bursts; ++burst) {
        const auto size = 1 + moments.up_to(std::chrono::nanoseconds{longest_burst - 1}).count();
        const auto send_all = [&] {
            for (int i = 0; i != size; ++i) {
                if (moments.coin())
                    test::spin_for(moments.up_to(3us));
                EXPECT_EQ(::send(client.native_handle(), room.data(), room.size(), 0), 8);
            }
        };
        // Beside the worker, which meanwhile finds the socket empty or goes to sleep; or ahead of it.
        if (moments.coin())
            fibers::blocking(send_all);
        else
            send_all();
        for (int i = 0; i != size; ++i)
            client.receive(room);
        if (moments.coin())
            fibers::this_fiber::sleep_for(moments.up_to(20us));
    }
}

/// Makes the worker that the caller is on the one that learns of what comes, whoever receives it: where that
/// is another one, both meet.
void watch_from_here(udp_socket& socket) {
    const fibers::timeout_scope limit{1ns};
    std::error_code nothing_has_come;
    std::array<std::byte, 1> room;
    socket.receive(room, nothing_has_come);
}

class UdpStress : public testing::TestWithParam<unsigned> {
  protected:
    /// With servers that have that many fibers each.
    void run_rounds(int fibers_each, void (*echo)(udp_socket&)) {
        // A worker that polls without a pause learns of a datagram while others still look for it.
        const fibers::runtime_options eager{.workers = GetParam(), .busy_poll = 50us};
        fibers::runtime{eager}.run([&] {
            test::run_rounds({.wanted = 300, .lanes = 2}, test::fiber_of,
                             [&](test::random_moments& moments) {
                                 udp_socket server{"127.0.0.1:0"};
                                 watch_from_here(server);
                                 fibers::scope serving;
                                 for (int i = 0; i != fibers_each; ++i)
                                     serving.spawn(echo, std::ref(server));
                                 test::spin_for(20us); // so that idle workers steal them
                                 auto client = udp_socket::connected_to(server.local_endpoint());
                                 exchange_bursts(client, moments);
                                 server.close();
                             });
        });
    }
};
INSTANTIATE_TEST_SUITE_P(Workers, UdpStress, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(UdpStress, OneByOneNoneIsLeftLying) {
    run_rounds(1, echo_each);
}

TEST_P(UdpStress, InBatchesNoneIsLeftLying) {
    run_rounds(1, echo_batches);
}

TEST_P(UdpStress, AmongSeveralFibersNoneIsLeftLying) {
    run_rounds(3, echo_batches);
}

} // namespace
