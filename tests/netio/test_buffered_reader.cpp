#include <tests/netio/chaos_proxy.hpp>
#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/memory_stream.hpp>

#include <netio/buffered_reader.hpp>
#include <netio/error.hpp>

#include <fibers/timeout.hpp>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::buffered_reader;
using test::memory_stream;

std::string text_of(netio::const_buffer bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class S>
std::vector<std::string> lines_of(buffered_reader<S>& reader) {
    std::vector<std::string> lines;
    for (const std::string_view line : reader.lines())
        lines.emplace_back(line);
    return lines;
}

static_assert(netio::stream<memory_stream>);
static_assert(netio::input_stream<buffered_reader<memory_stream>>);

TEST(BufferedReader, HandsOutLinesWithoutTheirEnds) {
    memory_stream stream{.input = {"one\ntwo\r", "\n\n", "la", "st"}};
    buffered_reader reader{stream};
    EXPECT_EQ(lines_of(reader), (std::vector<std::string>{"one", "two", "", "last"}));
    EXPECT_EQ(reader.read_line(), std::nullopt);
}

TEST(BufferedReader, ReadsLinesThatCameTogetherByOneCall) {
    memory_stream stream{.input = {"a\nb\nc\n"}};
    buffered_reader reader{stream};
    for (const char* line : {"a", "b", "c"})
        EXPECT_EQ(reader.read_line(), line);
    EXPECT_EQ(stream.reads, 1);
}

TEST(BufferedReader, FindsADelimiterThatIsSplitAcrossReads) {
    memory_stream stream{.input = {"head\r", "\n\r", "\nbody"}};
    buffered_reader reader{stream};
    EXPECT_EQ(reader.read_until("\r\n\r\n"), "head\r\n\r\n");
    EXPECT_EQ(reader.read_until("\r\n\r\n"), "body");
    EXPECT_EQ(reader.read_until("\r\n\r\n"), "");
}

TEST(BufferedReader, RefusesALineAboveTheLimitAndKeepsIt) {
    memory_stream stream{.input = {"12345678", "90\n"}};
    buffered_reader reader{stream, 8};
    std::error_code ec;
    EXPECT_EQ(reader.read_line(ec), std::nullopt);
    EXPECT_EQ(ec, std::errc::message_size);
    std::string text(10, '\0');
    reader.read_exactly(netio::buffer(text));
    EXPECT_EQ(text, "1234567890");
    EXPECT_EQ(reader.read_line(), "");
}

TEST(BufferedReader, GrowsUpToALineOfExactlyTheLimit) {
    const std::string line(100'000, 'x');
    memory_stream stream{.input = {"short\n" + line + "\nafter"}};
    buffered_reader reader{stream, line.size() + 1};
    EXPECT_EQ(reader.read_line(), "short");
    EXPECT_EQ(reader.read_line(), line);
    EXPECT_EQ(reader.read_line(), "after");
}

TEST(BufferedReader, PeekTakesNothing) {
    memory_stream stream{.input = {"ab", "cdef"}};
    buffered_reader reader{stream, 6};
    EXPECT_EQ(text_of(reader.peek()), "ab");
    EXPECT_EQ(text_of(reader.peek(3)), "abcdef");
    reader.consume(2);
    EXPECT_EQ(text_of(reader.peek(6)), "cdef"); // the end came before
    std::error_code ec;
    reader.peek(7, ec);
    EXPECT_EQ(ec, std::errc::message_size);
    EXPECT_EQ(reader.read_until("e"), "cde");
    EXPECT_EQ(reader.buffered(), 1u);
}

TEST(BufferedReader, GoesOnAfterAFailureWithoutLoss) {
    memory_stream stream{.input = {"hal", std::errc::timed_out, "f\n"}};
    buffered_reader reader{stream};
    std::error_code ec;
    EXPECT_EQ(reader.read_line(ec), std::nullopt);
    EXPECT_EQ(ec, std::errc::timed_out);
    EXPECT_EQ(reader.read_line(ec), "half");
    EXPECT_FALSE(ec);
}

TEST(BufferedReader, ReadExactlyMeetsTheEndBeforeAllIsThere) {
    memory_stream stream{.input = {"abc"}};
    buffered_reader reader{stream};
    std::array<std::byte, 4> bytes;
    std::error_code ec;
    EXPECT_EQ(reader.read_exactly(bytes, ec), 3u);
    EXPECT_EQ(ec, netio::errc::end_of_stream);
}

TEST(BufferedReader, ALargeReadGoesToTheStreamAndNotThroughTheBuffer) {
    memory_stream stream{.input = {std::string(100'000, 'x')}};
    buffered_reader reader{stream};
    std::string text(100'000, '\0');
    EXPECT_EQ(reader.read(netio::buffer(text)), text.size());
    EXPECT_EQ(reader.buffered(), 0u);
}

class BufferedReaderOnTcp : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, BufferedReaderOnTcp, test::every_place);

const std::vector<std::string> verse{"first", "", std::string(3'000, 'x'), "last"};

std::string joined() {
    std::string text;
    for (const auto& line : verse)
        text += line + "\r\n";
    return text;
}

TEST_P(BufferedReaderOnTcp, ReadsTheSameLinesHoweverTheNetworkCutsThem) {
    run([&] {
        for (const auto& plan :
             {test::mischief{.piece = 1}, {.merge = 10'000}, {.piece = 700, .delay = 1ms}}) {
            test::chaotic_connection ends{plan};
            ends.server.write_all(netio::buffer(joined()));
            ends.server.shutdown_write();
            buffered_reader reader{ends.client};
            EXPECT_EQ(lines_of(reader), verse);
        }
    });
}

TEST_P(BufferedReaderOnTcp, GetsTheBeginningOfALineThatIsCutOff) {
    run([&] {
        test::chaotic_connection ends{{.cut = 8}};
        ends.server.write_all(netio::buffer("one\nand two\n"));
        buffered_reader reader{ends.client};
        EXPECT_EQ(lines_of(reader), (std::vector<std::string>{"one", "and "}));
    });
}

TEST_P(BufferedReaderOnTcp, FailsNamingThePeerWhenTheConnectionIsReset) {
    run([&] {
        test::chaotic_connection ends{{.reset = 5}};
        ends.server.write_all(netio::buffer("hello world\n"));
        buffered_reader reader{ends.client};
        try {
            while (reader.read_line()) {
            }
            FAIL() << "read the end";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code(), std::errc::connection_reset);
            EXPECT_NE(std::string{error.what()}.find(ends.proxy.endpoint().to_string()),
                      std::string::npos)
                << error.what();
        }
    });
}

TEST_P(BufferedReaderOnTcp, HonoursTheDeadlineAndGoesOnAfterwards) {
    run([&] {
        auto [client, server] = test::connect();
        buffered_reader reader{client};
        server.write_all(netio::buffer("be"));
        {
            const fibers::timeout_scope limit{10ms};
            std::error_code ec;
            EXPECT_EQ(reader.read_line(ec), std::nullopt);
            EXPECT_EQ(ec, std::errc::timed_out);
        }
        server.write_all(netio::buffer("gin\n"));
        EXPECT_EQ(reader.read_line(), "begin");
    });
}

} // namespace
