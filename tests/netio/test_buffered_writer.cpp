#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/memory_stream.hpp>

#include <netio/buffered_writer.hpp>

#include <string>

#include <gtest/gtest.h>

namespace {

using netio::buffered_writer;
using test::memory_stream;

static_assert(netio::output_stream<buffered_writer<memory_stream>>);

TEST(BufferedWriter, HandsOnSmallWritesInOnePiece) {
    memory_stream stream;
    buffered_writer writer{stream};
    for (int i = 0; i != 100; ++i)
        writer.write_all(netio::buffer("line\n"));
    EXPECT_EQ(stream.writes, 0);
    EXPECT_EQ(writer.buffered(), 500u);
    writer.flush();
    EXPECT_EQ(stream.writes, 1);
    EXPECT_EQ(stream.written.size(), 500u);
    EXPECT_EQ(writer.buffered(), 0u);
}

TEST(BufferedWriter, KeepsTheOrderOfSmallAndLargeWrites) {
    memory_stream stream{.takes = 7};
    buffered_writer writer{stream, 10};
    std::string expected;
    for (std::size_t size : {3u, 7u, 1u, 25u, 10u, 9u, 9u}) {
        const std::string piece(size, static_cast<char>('a' + size));
        writer.write_all(netio::buffer(piece));
        expected += piece;
    }
    writer.flush();
    EXPECT_EQ(stream.written, expected);
}

TEST(BufferedWriter, KeepsWhatTheStreamHasNotTaken) {
    memory_stream stream{.failures = {std::errc::timed_out}};
    buffered_writer writer{stream, 8};
    writer.write_all(netio::buffer("abcdef"));
    std::error_code ec;
    EXPECT_EQ(writer.write(netio::buffer("ghi"), ec), 0u);
    EXPECT_EQ(ec, std::errc::timed_out);
    EXPECT_EQ(writer.buffered(), 6u);
    EXPECT_EQ(writer.write(netio::buffer("ghi"), ec), 3u);
    writer.flush(ec);
    EXPECT_FALSE(ec);
    EXPECT_EQ(stream.written, "abcdefghi");
}

TEST(BufferedWriter, FlushOfNothingCallsNobody) {
    memory_stream stream;
    buffered_writer writer{stream};
    writer.flush();
    EXPECT_EQ(stream.writes, 0);
}

class BufferedWriterOnTcp : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, BufferedWriterOnTcp, test::every_place);

TEST_P(BufferedWriterOnTcp, SendsEverythingToASlowReader) {
    run([&] {
        auto [client, server] = test::connect();
        std::string expected;
        for (int i = 0; i != 50'000; ++i)
            expected += "line " + std::to_string(i) + '\n';
        auto writing = start([&, &stream = server] {
            buffered_writer writer{stream};
            for (int i = 0; i != 50'000; ++i)
                writer.write_all(netio::buffer("line " + std::to_string(i) + '\n'));
            writer.flush();
            stream.shutdown_write();
        });
        settle();
        EXPECT_TRUE(test::read_text(client) == expected);
        writing.join();
    });
}

} // namespace
