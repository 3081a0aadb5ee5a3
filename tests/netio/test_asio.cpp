// Asio's and Beast's synchronous algorithms on our streams.

#include <tests/netio/chaos_proxy.hpp>
#include <tests/netio/connections.hpp>
#include <tests/netio/everywhere.hpp>
#include <tests/netio/memory_stream.hpp>

#include <netio/asio.hpp>

#include <fibers/timeout.hpp>

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include <array>
#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using netio::asio_stream;
using netio::tcp_stream;

static_assert(beast::is_sync_stream<asio_stream<tcp_stream>>::value);
static_assert(beast::is_sync_stream<asio_stream<tcp_stream&>>::value);
static_assert(beast::is_sync_stream<asio_stream<test::memory_stream>>::value);
static_assert(
    std::is_same_v<decltype(asio_stream{std::declval<tcp_stream>()}), asio_stream<tcp_stream>>);
static_assert(
    std::is_same_v<decltype(asio_stream{std::declval<tcp_stream&>()}), asio_stream<tcp_stream&>>);

class AsioStream : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, AsioStream, test::every_place);

TEST_P(AsioStream, ReadsUntilADelimiterAndThenTheEnd) {
    run([&] {
        auto [client, server] = test::connect();
        asio_stream to{server}, from{client};
        EXPECT_EQ(asio::write(to, asio::buffer(std::string{"first\nrest"})), 10u);
        server.shutdown_write();
        std::string text;
        const auto count = asio::read_until(from, asio::dynamic_buffer(text), '\n');
        EXPECT_EQ(text.substr(0, count), "first\n");
        boost::system::error_code ec;
        asio::read(from, asio::dynamic_buffer(text), ec);
        EXPECT_EQ(ec, asio::error::eof);
        EXPECT_EQ(text, "first\nrest");
    });
}

TEST_P(AsioStream, TransfersSequencesOfMoreBuffersThanGoIntoOneCall) {
    run([&] {
        auto [client, server] = test::connect();
        asio_stream to{server}, from{client};
        const auto sent = test::pattern(50 * 7);
        std::vector<std::byte> received(sent.size());
        std::vector<asio::const_buffer> out{asio::const_buffer{}};
        std::vector<asio::mutable_buffer> in{asio::mutable_buffer{}};
        for (std::size_t i = 0; i != sent.size(); i += 7) {
            out.push_back(asio::buffer(&sent[i], 7));
            in.push_back(asio::buffer(&received[i], 7));
        }
        EXPECT_EQ(asio::write(to, out), sent.size());
        EXPECT_EQ(asio::read(from, in), sent.size());
        EXPECT_EQ(received, sent);
    });
}

TEST_P(AsioStream, NoRoomIsNoEnd) {
    run([&] {
        auto [client, server] = test::connect();
        server.shutdown_write();
        asio_stream from{client};
        boost::system::error_code ec;
        EXPECT_EQ(from.read_some(asio::mutable_buffer{}, ec), 0u);
        EXPECT_FALSE(ec);
        std::array<char, 1> byte;
        EXPECT_EQ(from.read_some(asio::buffer(byte), ec), 0u);
        EXPECT_EQ(ec, asio::error::eof);
        EXPECT_THROW(from.read_some(asio::buffer(byte)), boost::system::system_error);
    });
}

TEST_P(AsioStream, ReportsErrorsAsAsioKnowsThem) {
    run([&] {
        auto [client, server] = test::connect();
        asio_stream from{client};
        std::array<char, 1> byte;
        boost::system::error_code ec;
        {
            const fibers::timeout_scope limit{10ms};
            from.read_some(asio::buffer(byte), ec);
            EXPECT_EQ(ec, asio::error::timed_out);
        }
        test::reset(server);
        from.read_some(asio::buffer(byte), ec);
        EXPECT_EQ(ec, asio::error::connection_reset);
        EXPECT_THROW(from.write_some(asio::buffer("x", 1)), boost::system::system_error);
        from.close(ec);
        EXPECT_FALSE(from.is_open());
        from.read_some(asio::buffer(byte), ec);
        EXPECT_EQ(ec, asio::error::bad_descriptor);
    });
}

/// Answers one request with its own target and body.
void answer_http(tcp_stream& stream) {
    asio_stream io{stream};
    beast::flat_buffer buffer;
    http::request<http::string_body> request;
    http::read(io, buffer, request);
    http::response<http::string_body> response{http::status::ok, request.version()};
    response.body() = std::string{request.target()} + ' ' + request.body();
    response.prepare_payload();
    http::write(io, response);
    stream.shutdown_write();
}

/// What it answers.
std::string ask_http(tcp_stream& stream, const std::string& body) {
    asio_stream io{stream};
    http::request<http::string_body> request{http::verb::post, "/here", 11};
    request.set(http::field::host, "localhost");
    request.body() = body;
    request.prepare_payload();
    http::write(io, request);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(io, buffer, response);
    EXPECT_EQ(response.result(), http::status::ok);
    return response.body();
}

TEST_P(AsioStream, SpeaksHttpOnBothSides) {
    run([&] {
        auto [client, server] = test::connect();
        auto answering = start([&, &stream = server] { answer_http(stream); });
        const std::string body(100'000, 'b');
        EXPECT_EQ(ask_http(client, body), "/here " + body);
        answering.join();
    });
}

TEST_P(AsioStream, SpeaksHttpOneByteAtATime) {
    run([&] {
        test::chaotic_connection ends{{.piece = 1}, {.piece = 1}};
        auto answering = start([&] { answer_http(ends.server); });
        EXPECT_EQ(ask_http(ends.client, "body"), "/here body");
        answering.join();
    });
}

TEST_P(AsioStream, SpeaksWebSocketOnBothSides) {
    run([&] {
        auto [client, server] = test::connect();
        auto echoing = start([&, &stream = server] {
            beast::websocket::stream<asio_stream<tcp_stream&>> socket{stream};
            socket.accept();
            beast::flat_buffer message;
            boost::system::error_code ec;
            while (socket.read(message, ec), !ec) {
                socket.text(socket.got_text());
                socket.write(message.data());
                message.clear();
            }
            EXPECT_EQ(ec, beast::websocket::error::closed);
        });
        beast::websocket::stream<asio_stream<tcp_stream&>> socket{client};
        socket.handshake("localhost", "/");
        for (const std::string& text : {std::string{"hello"}, std::string(70'000, 'w')}) {
            socket.write(asio::buffer(text));
            beast::flat_buffer message;
            socket.read(message);
            EXPECT_TRUE(beast::buffers_to_string(message.data()) == text);
        }
        socket.close(beast::websocket::close_code::normal);
        echoing.join();
    });
}

} // namespace
