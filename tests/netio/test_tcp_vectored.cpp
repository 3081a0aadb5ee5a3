#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>

#include <netio/detail/io_vector.hpp>
#include <netio/error.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using netio::buffer;
using netio::const_buffer;
using netio::mutable_buffer;

/// `bytes` in pieces of 0, 1, 2 … `longest`, 0, 1, 2 … bytes.
template <class Buffer>
std::vector<Buffer> in_pieces(Buffer bytes, std::size_t longest) {
    std::vector<Buffer> pieces;
    for (std::size_t size = 0; !bytes.empty(); size = size == longest ? 0 : size + 1) {
        pieces.push_back(bytes.first(std::min(size, bytes.size())));
        bytes = bytes.subspan(pieces.back().size());
    }
    return pieces;
}

class TcpVectored : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, TcpVectored, test::every_place);

TEST_P(TcpVectored, WritesOneBufferAfterTheOther) {
    run([] {
        auto [client, server] = test::connect();
        const std::array from{buffer("status: "), const_buffer{}, buffer("200"), buffer("\n")};
        EXPECT_EQ(client.write(from), 12u);
        client.close();
        EXPECT_EQ(test::read_text(server), "status: 200\n");
    });
}

TEST_P(TcpVectored, ReadsIntoOneBufferAfterTheOther) {
    run([] {
        auto [client, server] = test::connect();
        client.write_all(buffer("headerbo"));
        std::string header(6, '?'), body(6, '?');
        const std::array into{mutable_buffer{}, buffer(header), buffer(body)};
        EXPECT_EQ(server.read(into), 8u);
        EXPECT_EQ(header, "header");
        EXPECT_EQ(body, "bo????");
    });
}

TEST_P(TcpVectored, ReadReturnsZeroAtTheEndOfTheStreamOnly) {
    run([] {
        auto [client, server] = test::connect();
        client.write_all(buffer("x"));
        client.close();
        std::string text(1, '?');
        // More empty buffers than go into one call come first.
        std::vector<mutable_buffer> into(1000);
        into.push_back(buffer(text));
        EXPECT_EQ(server.read(into), 1u);
        EXPECT_EQ(text, "x");
        EXPECT_EQ(server.read(into), 0u);
        EXPECT_EQ(server.read(std::span{into}.first(1000)), 0u) << "nothing was asked for";
    });
}

TEST_P(TcpVectored, ThousandsOfBuffersArriveByteForByte) {
    run([&] {
        auto [client, server] = test::connect();
        const auto sent = test::pattern(3 << 20);
        auto writer = start([&, &stream = client] {
            const auto pieces = in_pieces(const_buffer{sent}, 300);
            EXPECT_GT(pieces.size(), 1024u);
            stream.write_all(pieces);
        });
        std::vector<std::byte> received(sent.size());
        server.read_exactly(in_pieces(mutable_buffer{received}, 177));
        EXPECT_EQ(received, sent);
        writer.join();
    });
}

TEST_P(TcpVectored, ReadExactlyTellsHowFarItGot) {
    run([] {
        auto [client, server] = test::connect();
        client.write_all(buffer("abcd"));
        client.close();
        std::string first(3, '?'), second(3, '?');
        const std::array into{buffer(first), buffer(second)};
        std::error_code ec;
        EXPECT_EQ(server.read_exactly(into, ec), 4u);
        EXPECT_EQ(ec, netio::errc::end_of_stream);
        EXPECT_EQ(first + second, "abcd??");
    });
}

TEST(BufferCursor, AdvancesThroughBuffersAndWithinThem) {
    const std::array from{buffer("abc"), const_buffer{}, buffer("defg"), buffer("h")};
    for (std::size_t first = 0; first <= 8; ++first)
        for (std::size_t second = 0; first + second <= 8; ++second) {
            netio::detail::buffer_cursor<const_buffer> cursor{from};
            cursor.advance(first);
            cursor.advance(second);
            std::string rest;
            cursor.for_each([&](const_buffer part) {
                EXPECT_FALSE(part.empty());
                rest.append(reinterpret_cast<const char*>(part.data()), part.size());
                return true;
            });
            EXPECT_EQ(rest, std::string{"abcdefgh"}.substr(first + second));
            EXPECT_EQ(cursor.size_bytes(), rest.size());
        }
}

TEST(IoVector, TakesNoMoreThanItHasRoomFor) {
    const std::string text(100'000, 'x');
    const auto pieces = in_pieces(buffer(text), 1);
    netio::detail::io_vector vector{
        netio::detail::buffer_cursor{std::span<const const_buffer>{pieces}}};
    EXPECT_EQ(vector.size_bytes(), vector.message().msg_iovlen) << "one byte each, none empty";
    EXPECT_GT(vector.size_bytes(), 0u);
    EXPECT_LE(sizeof vector, 2048u) << "it lies on a fiber's stack";
}

} // namespace
