#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <netio/udp_socket.hpp>

#include <algorithm>
#include <cstddef>
#include <system_error>
#include <vector>

#include <gtest/gtest.h>

namespace {

using netio::buffer;
using netio::udp_socket;

class UdpSegments : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, UdpSegments, test::every_place);

TEST_P(UdpSegments, ArriveAsDatagrams) {
    run([] {
        udp_socket server{"127.0.0.1:0"}, client{"127.0.0.1:0"};
        server.set_option(netio::receive_buffer_size{1 << 20});
        const auto bytes = test::pattern(100'300);
        client.send_segments(bytes, 1000, server.local_endpoint());
        std::vector<std::byte> room(2000);
        for (std::size_t done = 0; done != bytes.size();) {
            const std::size_t size = server.receive_from(room).size;
            ASSERT_EQ(size, std::min<std::size_t>(1000, bytes.size() - done));
            EXPECT_TRUE(std::equal(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(size),
                                   bytes.begin() + static_cast<std::ptrdiff_t>(done)));
            done += size;
        }
    });
}

TEST_P(UdpSegments, ThatAreLargerThanThePathTakesGoOneByOne) {
    run([] {
        udp_socket server{"127.0.0.1:0"}, client{"127.0.0.1:0"};
        const auto bytes = test::pattern(130'000);
        server.set_option(netio::receive_buffer_size{1 << 20});
        client.send_segments(bytes, 65'000, server.local_endpoint());
        std::vector<std::byte> room(65'536);
        EXPECT_EQ(server.receive_from(room).size, 65'000u);
        EXPECT_EQ(server.receive_from(room).size, 65'000u);
        std::error_code ec;
        EXPECT_EQ(client.send_segments(bytes, 0, server.local_endpoint(), ec), 0u);
        EXPECT_EQ(ec, std::errc::invalid_argument);
        EXPECT_EQ(client.send_segments(bytes, 70'000, server.local_endpoint(), ec), 0u);
        EXPECT_EQ(ec, std::errc::message_size);
    });
}

TEST_P(UdpSegments, CoalescedTellWhereOneEnds) {
    run([] {
        udp_socket server{"127.0.0.1:0"}, client{"127.0.0.1:0"};
        std::error_code ec;
        server.set_option(netio::coalesce_received{true}, ec);
        if (ec == std::errc::no_protocol_option)
            GTEST_SKIP() << "this kernel has no UDP_GRO";
        EXPECT_TRUE(server.get_option<netio::coalesce_received>().value);
        const auto bytes = test::pattern(5500);
        client.send_segments(bytes, 1000, server.local_endpoint());
        client.send_to(buffer("alone"), server.local_endpoint());
        std::vector<std::byte> room(65'536), all;
        while (all.size() < bytes.size()) {
            const auto received = server.receive_segments(room);
            EXPECT_EQ(received.segment_size, std::min<std::size_t>(received.size, 1000));
            EXPECT_EQ(received.sender, client.local_endpoint());
            all.insert(all.end(), room.begin(),
                       room.begin() + static_cast<std::ptrdiff_t>(received.size));
        }
        EXPECT_TRUE(all == bytes);
        const auto alone = server.receive_segments(room);
        EXPECT_EQ(alone.size, 5u);
        EXPECT_EQ(alone.segment_size, 5u);
    });
}

} // namespace
