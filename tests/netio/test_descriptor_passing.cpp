#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <netio/unix_datagram.hpp>
#include <netio/unix_seqpacket.hpp>
#include <netio/unix_stream.hpp>

#include <array>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace {

using netio::buffer;

bool are_same_file(int a, int b) {
    struct stat of_a, of_b;
    return ::fstat(a, &of_a) == 0 && ::fstat(b, &of_b) == 0 && of_a.st_ino == of_b.st_ino;
}

class DescriptorPassing : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, DescriptorPassing, test::every_place);

template <class Socket>
void expect_passing() {
    auto [one, other] = Socket::pair();
    const auto [client, server] = test::connect();
    const std::array handles{client.native_handle(), server.native_handle()};
    EXPECT_EQ(one.send_descriptors(buffer("two"), handles), 3u);
    std::array<std::byte, 8> bytes;
    const auto received = other.receive_descriptors(bytes);
    EXPECT_EQ(received.size, 3u);
    EXPECT_FALSE(received.bytes_lost);
    EXPECT_FALSE(received.descriptors_lost);
    ASSERT_EQ(received.descriptors.size(), 2u);
    for (std::size_t i = 0; i != 2; ++i) {
        EXPECT_NE(received.descriptors[i].get(), handles[i]);
        EXPECT_TRUE(are_same_file(received.descriptors[i].get(), handles[i]));
        EXPECT_TRUE(::fcntl(received.descriptors[i].get(), F_GETFD) & FD_CLOEXEC);
    }
}

TEST_P(DescriptorPassing, GivesThePeerDuplicates) {
    run([] {
        const std::size_t before = test::open_descriptors();
        expect_passing<netio::unix_stream>();
        expect_passing<netio::unix_datagram>();
        expect_passing<netio::unix_seqpacket>();
        EXPECT_EQ(test::open_descriptors(), before) << "none leaks";
    });
}

TEST_P(DescriptorPassing, WhatWasReceivedCanBeAdopted) {
    run([] {
        auto [one, other] = netio::unix_stream::pair();
        auto [client, server] = test::connect();
        one.send_descriptors(buffer("!"), std::array{server.native_handle()});
        server.close();
        std::array<std::byte, 8> bytes;
        auto received = other.receive_descriptors(bytes);
        auto adopted = netio::tcp_stream::adopt(received.descriptors.at(0).release());
        adopted.write_all(buffer("still here"));
        adopted.close();
        EXPECT_EQ(test::read_text(client), "still here");
    });
}

TEST_P(DescriptorPassing, BytesWithoutDescriptorsAndTheEnd) {
    run([] {
        auto [one, other] = netio::unix_stream::pair();
        EXPECT_EQ(one.send_descriptors(buffer("plain"), {}), 5u);
        one.close();
        std::array<std::byte, 8> bytes;
        EXPECT_TRUE(other.receive_descriptors(bytes).descriptors.empty());
        EXPECT_EQ(other.receive_descriptors(bytes).size, 0u);
    });
}

TEST_P(DescriptorPassing, MisuseIsRefused) {
    run([] {
        auto [one, other] = netio::unix_stream::pair();
        std::error_code ec;
        const std::vector<int> many(254, one.native_handle());
        one.send_descriptors(buffer("x"), many, ec);
        EXPECT_EQ(ec, std::errc::invalid_argument);
        one.send_descriptors({}, std::array{one.native_handle()}, ec);
        EXPECT_EQ(ec, std::errc::invalid_argument);
        one.send_descriptors(buffer("x"), std::array{-1}, ec);
        EXPECT_EQ(ec, std::errc::bad_file_descriptor);
        other.receive_descriptors({}, ec);
        EXPECT_EQ(ec, std::errc::invalid_argument);
    });
}

TEST_P(DescriptorPassing, AsManyAsTheKernelTakesArrive) {
    run([] {
        auto [one, other] = netio::unix_stream::pair();
        const std::size_t before = test::open_descriptors();
        const std::vector<int> many(253, one.native_handle());
        one.send_descriptors(buffer("x"), many);
        std::array<std::byte, 1> byte;
        EXPECT_EQ(other.receive_descriptors(byte).descriptors.size(), 253u);
        EXPECT_EQ(test::open_descriptors(), before);
    });
}

TEST_P(DescriptorPassing, TooLargeADatagramTellsButKeepsTheDescriptors) {
    run([] {
        auto [one, other] = netio::unix_datagram::pair();
        one.send_descriptors(buffer("too long"), std::array{one.native_handle()});
        std::array<std::byte, 3> bytes;
        const auto received = other.receive_descriptors(bytes);
        EXPECT_TRUE(received.bytes_lost);
        EXPECT_EQ(received.size, 3u);
        EXPECT_EQ(received.descriptors.size(), 1u);
    });
}

TEST(DescriptorPassingShortage, WhatTheProcessHasNoDescriptorsForIsToldAndNothingLeaks) {
    auto [one, other] = netio::unix_stream::pair();
    const std::size_t before = test::open_descriptors();
    const std::vector<int> three(3, one.native_handle());
    one.send_descriptors(buffer("x"), three);
    std::array<std::byte, 1> byte;
    rlimit former;
    ::getrlimit(RLIMIT_NOFILE, &former);
    // Numbers below the limit are given out from the lowest free one: room for one more. The receiver does
    // not wait, so it needs none itself.
    const int lowest_free = ::dup(0);
    ::close(lowest_free);
    const rlimit tight{static_cast<rlim_t>(lowest_free) + 1, former.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &tight);
    std::error_code ec;
    const auto received = other.receive_descriptors(byte, ec);
    ::setrlimit(RLIMIT_NOFILE, &former);
    EXPECT_FALSE(ec) << ec.message();
    EXPECT_TRUE(received.descriptors_lost);
    EXPECT_EQ(received.descriptors.size(), test::open_descriptors() - before);
    EXPECT_LT(received.descriptors.size(), 3u);
}

} // namespace
