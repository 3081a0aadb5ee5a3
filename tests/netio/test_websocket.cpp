// The server's end of a WebSocket, with Beast as the client.

#include <tests/netio/http_exchanges.hpp>

#include <netio/asio.hpp>

#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>

#include <atomic>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace beast = boost::beast;
using netio::http::request;
using netio::http::response;
using netio::http::websocket;

using client_socket = beast::websocket::stream<netio::asio_stream<netio::tcp_stream&>>;

std::string read(client_socket& socket) {
    beast::flat_buffer message;
    socket.read(message);
    return beast::buffers_to_string(message.data());
}

class WebSocket : public test::http_everywhere {
  protected:
    WebSocket() {
        router.get("/echo", [this](request& question, response& answer) {
            if (!question.wants_upgrade("websocket"))
                return answer.send_status(netio::http::status::upgrade_required);
            websocket socket{question};
            for (std::string message; socket.read(message);)
                socket.got_text() ? socket.write(message) : socket.write_binary(message);
            ended_ = true;
        });
    }

    std::atomic<bool> ended_ = false;
};
INSTANTIATE_TEST_SUITE_P(Everywhere, WebSocket, test::every_place);

TEST_P(WebSocket, EchoesMessagesOfAllSizes) {
    run([&] {
        with_server([&](netio::tcp_stream& client) {
            client_socket socket{client};
            socket.handshake("localhost", "/echo");
            for (const std::size_t size : {0u, 1u, 125u, 126u, 4096u, 65'000u}) {
                const std::string text(size, 't');
                socket.text(size % 2 == 0);
                socket.write(asio::buffer(text));
                EXPECT_TRUE(read(socket) == text) << size;
                EXPECT_EQ(socket.got_text(), size % 2 == 0);
            }
            socket.close(beast::websocket::close_code::normal);
        });
        EXPECT_TRUE(ended_);
        EXPECT_EQ(failures.size(), 0u);
    });
}

TEST_P(WebSocket, BeginsAfterOtherRequestsAndWithWhatCameBehindIt) {
    run([&] {
        router.get("/hello", [](request&, response& answer) { answer.send("hello\n"); });
        const std::string handshake =
            "GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        const std::string frame("\x81\x82\0\0\0\0hi\x88\x80\0\0\0\0", 14); // "hi", then a close
        const std::string answers =
            answer_to("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n" + handshake + frame);
        EXPECT_EQ(test::count_of("hello\nHTTP/1.1 101", answers), 1u) << answers;
        EXPECT_EQ(test::count_of("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", answers), 1u); // RFC 6455, 1.3
        EXPECT_EQ(test::body_of(test::body_of(answers)), "\x81\x02hi\x88\x02\x03\xe8");
    });
}

TEST_P(WebSocket, IsWrittenToWhileSomebodyReads) {
    run([&] {
        router.get("/push", [this](request& question, response&) {
            websocket socket{question};
            auto reading = start([&] {
                for (std::string message; socket.read(message);)
                    socket.write("got " + message);
            });
            for (int i = 0; i != 1000; ++i)
                socket.write("push");
            reading.join();
        });
        with_server([&](netio::tcp_stream& client) {
            client_socket socket{client};
            socket.handshake("localhost", "/push");
            socket.ping({});
            for (int i = 0; i != 100; ++i)
                socket.write(asio::buffer("it", 2));
            int pushed = 0, got = 0;
            while (pushed + got != 1100) {
                const std::string message = read(socket);
                pushed += message == "push";
                got += message == "got it";
            }
            EXPECT_EQ(pushed, 1000);
            EXPECT_EQ(got, 100);
            socket.close(beast::websocket::close_code::normal);
        });
        EXPECT_EQ(failures.size(), 0u);
    });
}

TEST_P(WebSocket, RefusesWhatIsTooLarge) {
    run([&] {
        with_server([&](netio::tcp_stream& client) {
            client_socket socket{client};
            socket.handshake("localhost", "/echo");
            boost::system::error_code ec;
            socket.write(asio::buffer(std::string(65'537, 't')), ec);
            beast::flat_buffer message;
            socket.read(message, ec);
            EXPECT_EQ(ec, beast::websocket::error::closed);
            EXPECT_EQ(socket.reason().code, beast::websocket::close_code::too_big);
        });
    });
}

TEST_P(WebSocket, ClosesWithAReason) {
    run([&] {
        router.get("/bye", [](request& question, response&) {
            websocket socket{question};
            socket.close("that is all");
        });
        with_server([&](netio::tcp_stream& client) {
            client_socket socket{client};
            socket.handshake("localhost", "/bye");
            beast::flat_buffer message;
            boost::system::error_code ec;
            socket.read(message, ec);
            EXPECT_EQ(ec, beast::websocket::error::closed);
            EXPECT_EQ(socket.reason().reason, "that is all");
        });
    });
}

TEST_P(WebSocket, IsEndedByAbort) {
    run([&] {
        std::error_code after;
        router.get("/abort", [&](request& question, response&) {
            websocket socket{question};
            auto aborting = start([&] {
                settle();
                socket.abort();
            });
            std::string message;
            EXPECT_FALSE(socket.read(message, after));
            aborting.join();
        });
        with_server([&](netio::tcp_stream& client) {
            client_socket socket{client};
            socket.handshake("localhost", "/abort");
            beast::flat_buffer message;
            boost::system::error_code ec;
            socket.read(message, ec);
            EXPECT_TRUE(ec);
        });
        EXPECT_TRUE(after);
    });
}

TEST_P(WebSocket, DoesNotKeepOthersBeyondTheirDeadlineWhileOneWritesToWhoDoesNotRead) {
    run([&] {
        std::error_code late;
        std::atomic<bool> is_over = false;
        router.get("/stalled", [&](request& question, response&) {
            websocket socket{question};
            auto writing = start([&] {
                std::error_code ec;
                for (const std::string much(1 << 20, 'm'); !ec;)
                    socket.write(much, ec);
            });
            while (!late) { // until the peer can take no more, it may get in between
                const fibers::timeout_scope limit{50ms};
                socket.write("x", late);
            }
            socket.abort();
            writing.join();
            is_over = true;
        });
        with_server([&](netio::tcp_stream& client) {
            client_socket socket{client};
            socket.handshake("localhost", "/stalled");
            while (!is_over)
                fibers::this_fiber::sleep_for(1ms);
        });
        EXPECT_EQ(late, std::errc::timed_out);
    });
}

TEST_P(WebSocket, EndsWithWhoGoesWithoutAWordOrSpeaksNonsense) {
    run([&] {
        with_server([&](netio::tcp_stream& client) {
            client_socket socket{client};
            socket.handshake("localhost", "/echo");
            test::reset(client);
        });
        EXPECT_EQ(
            test::status_of(answer_to("GET /echo HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                                      "Connection: Upgrade\r\n\r\n")),
            "HTTP/1.1 400"); // without a key
        EXPECT_EQ(failures.size(), 0u) << "that is no failure of the handler's";
    });
}

TEST_P(WebSocket, IsNothingForWhoDoesNotAsk) {
    run([&] {
        EXPECT_EQ(test::status_of(answer_to("GET /echo HTTP/1.0\r\n\r\n")), "HTTP/1.1 426");
    });
}

} // namespace
