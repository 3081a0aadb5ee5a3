// Requests that are wrong, too large, too slow, or could be read in two ways.

#include <tests/netio/http_exchanges.hpp>

#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using netio::http::request;
using netio::http::response;
using test::count_of;
using test::status_of;

class HttpFaults : public test::http_everywhere {
  protected:
    HttpFaults() {
        router.any("/*", [this](request& question, response& answer) {
            ++handled_;
            answer.send(question.body());
        });
    }

    /// What is answered to `bytes`, and that no other request was seen in them.
    void expect_refused(const std::string& bytes, std::string_view status, int handled = 0) {
        handled_ = 0;
        const std::string answer = answer_to(bytes);
        EXPECT_EQ(status_of(answer), "HTTP/1.1 " + std::string{status}) << bytes;
        EXPECT_EQ(count_of("HTTP/1.1 ", answer), 1u) << "one answer and the end: " << bytes;
        EXPECT_EQ(count_of("Connection: close\r\n", answer), 1u) << bytes;
        EXPECT_EQ(handled_, handled) << bytes;
    }

    int handled_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Everywhere, HttpFaults, test::every_place);

TEST_P(HttpFaults, NoHttpIsABadRequest) {
    run([&] {
        for (const std::string line : {"nonsense", "GET /", "GET / HTTP/1.1 ", "GET  / HTTP/1.1",
                                       "GET / FTP/1.1", " GET / HTTP/1.1", "G@T / HTTP/1.1",
                                       "GET / HTTP/1.1x", "GET /\x01 HTTP/1.1", "\x16\x03\x01"})
            expect_refused(line + "\r\nHost: x\r\n\r\n", "400");
        expect_refused("GET / HTTP/2.0\r\nHost: x\r\n\r\n", "505");
        expect_refused("GET / HTTP/1.1\r\n\r\n", "400"); // no Host
        expect_refused("GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", "400");
        EXPECT_EQ(failures.size(), 0u);
    });
}

TEST_P(HttpFaults, FieldsThatOthersMayReadOtherwiseAreRefused) {
    run([&] {
        const std::string begin = "POST / HTTP/1.1\r\nHost: x\r\n";
        for (const std::string& fields :
             {"Content-Length : 4\r\n"s, " Content-Length: 4\r\n"s, "X: a\r\n folded: b\r\n"s,
              "X: a\nContent-Length: 4\r\n"s, "X: a\rContent-Length: 4\r\n"s, "X: a\0b\r\n"s,
              "X: a\x01\x62\r\n"s, ": none\r\n"s, "X\r\n"s, "X(y): z\r\n"s})
            expect_refused(begin + fields + "\r\n", "400");
        expect_refused("GET / HTTP/1.1\nHost: x\n\n", "400");
        expect_refused("GET / HTTP/1.1\r\nHost: x\r\n\n", "400");
    });
}

TEST_P(HttpFaults, LengthsThatCouldBeReadInTwoWaysAreRefused) {
    run([&] {
        const std::string begin = "POST / HTTP/1.1\r\nHost: x\r\n";
        const std::string smuggled = "\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
        for (const std::string fields :
             {"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
              "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
              "Content-Length: 4\r\nContent-Length: 5\r\n",
              "Content-Length: 4\r\nContent-Length: 4\r\n", "Content-Length: 4, 4\r\n",
              "Content-Length: +4\r\n", "Content-Length: -4\r\n", "Content-Length: 0x4\r\n",
              "Content-Length: 4 4\r\n", "Content-Length:\r\n",
              "Content-Length: 99999999999999999999999\r\n",
              "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
              "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"})
            expect_refused(begin + fields + smuggled, "400");
        for (const std::string coding : {"gzip", "identity", "chunked, gzip", "gzip, chunked",
                                         "xchunked", "\"chunked\"", "chunked;q=1",
                                         "\x0b"
                                         "chunked"}) {
            handled_ = 0;
            const std::string answer =
                answer_to(begin + "Transfer-Encoding: " + coding + "\r\n" + smuggled);
            EXPECT_TRUE(status_of(answer) == "HTTP/1.1 501" || status_of(answer) == "HTTP/1.1 400")
                << coding;
            EXPECT_EQ(handled_, 0) << coding;
        }
        expect_refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" + smuggled, "400");
    });
}

TEST_P(HttpFaults, BrokenChunksAreRefused) {
    run([&] {
        const std::string begin =
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
        const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
        for (const std::string& body :
             {"x\r\nabc\r\n0\r\n\r\n"s, "3\r\nabcd\r\n0\r\n\r\n"s, "3\nabc\n0\n\n"s,
              "\r\nabc\r\n0\r\n\r\n"s, "-3\r\nabc\r\n0\r\n\r\n"s, "0x3\r\nabc\r\n0\r\n\r\n"s,
              "11111111111111111\r\nabc"s, "3;a=\"\n\"\r\nabc\r\n0\r\n\r\n"s,
              "3;\x01\r\nabc\r\n0\r\n\r\n"s, "0\r\nContent-Length: 5\r\n\r\n"s,
              "0\r\nTransfer-Encoding: chunked\r\n\r\n"s, "0\r\nno trailer\r\n\r\n"s,
              "3;" + std::string(50'000, 'x') + "\r\nabc\r\n0\r\n\r\n",
              "0\r\nX: " + std::string(50'000, 'x') + "\r\n\r\n"})
            expect_refused(begin + body + smuggled, "400", 1);
        EXPECT_EQ(failures.size(), 0u) << "that is not the handler's failure";
    });
}

TEST_P(HttpFaults, ABodyThatEndsTooEarlyIsNoBody) {
    run([&] {
        for (const std::string head :
             {"Content-Length: 10\r\n\r\nhalf", "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"})
            with_server([&](netio::tcp_stream& client) {
                client.write_all(netio::buffer("POST / HTTP/1.1\r\nHost: x\r\n" + head));
                client.shutdown_write();
                EXPECT_EQ(status_of(test::read_text(client)), "HTTP/1.1 400");
            });
    });
}

TEST_P(HttpFaults, WhatIsTooLargeIsRefused) {
    run([&] {
        options.max_target_bytes = 100;
        options.max_header_bytes = 1000;
        options.max_fields = 10;
        options.max_body_bytes = 50;
        const std::string long_path = "/" + std::string(100, 'p');
        expect_refused("GET " + long_path + " HTTP/1.1\r\nHost: x\r\n\r\n", "414");
        expect_refused("GET /" + std::string(2000, 'p'), "414");
        expect_refused("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(2000, 'v') + "\r\n\r\n",
                       "431");
        std::string many = "GET / HTTP/1.1\r\nHost: x\r\n";
        for (int i = 0; i != 20; ++i)
            many += "X: y\r\n";
        expect_refused(many + "\r\n", "431");
        expect_refused("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 51\r\n\r\n", "413", 1);
        expect_refused("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "30\r\n" +
                           std::string(0x30, 'c') + "\r\n30\r\n" + std::string(0x30, 'c'),
                       "413", 1);
        expect_refused("POST / HTTP/1.1\r\nHost: x\r\nExpect: the spanish inquisition\r\n\r\n",
                       "417");
        const std::string fits = answer_to("GET /" + std::string(90, 'p') + " HTTP/1.0\r\n\r\n");
        EXPECT_EQ(status_of(fits), "HTTP/1.1 200");
    });
}

TEST_P(HttpFaults, WhoStillSendsGetsTheAnswerAllTheSame) {
    run([&] {
        options.max_body_bytes = 10;
        with_server([&](netio::tcp_stream& client) {
            client.write_all(
                netio::buffer("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" +
                              std::string(900'000, 'b')));
            EXPECT_EQ(status_of(test::read_text(client)), "HTTP/1.1 413");
        });
    });
}

/// Sends piece after piece until the server has ended the connection; returns what it has said.
std::string trickle(netio::tcp_stream& client, const std::string& first) {
    std::error_code ec;
    client.write_all(netio::buffer(first), ec);
    std::string answer;
    for (int i = 0; i != 1000; ++i) {
        std::string byte(1, '\0');
        std::size_t count = 0;
        std::error_code read_ec;
        {
            const fibers::timeout_scope moment{5ms};
            count = client.read(netio::buffer(byte), read_ec);
        }
        if (count != 0)
            return byte + test::read_text(client);
        if (read_ec != std::errc::timed_out)
            return answer;
        client.write_all(netio::buffer("x"), ec);
    }
    return "it never ends";
}

TEST_P(HttpFaults, ASlowHeaderIsEnded) {
    run([&] {
        options.header_timeout = 50ms;
        with_server([&](netio::tcp_stream& client) {
            EXPECT_EQ(status_of(trickle(client, "GET / HTTP/1.1\r\nHost: x\r\nX: ")),
                      "HTTP/1.1 408");
        });
        EXPECT_EQ(handled_, 0);
    });
}

TEST_P(HttpFaults, ASlowBodyIsEnded) {
    run([&] {
        options.body_timeout = 50ms;
        options.minimum_rate = 10'000;
        for (const std::string head :
             {"Content-Length: 1000\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n1000\r\n"})
            with_server([&](netio::tcp_stream& client) {
                EXPECT_EQ(status_of(trickle(client, "POST / HTTP/1.1\r\nHost: x\r\n" + head)),
                          "HTTP/1.1 408");
            });
        EXPECT_EQ(failures.size(), 0u);
    });
}

TEST_P(HttpFaults, ABodyThatIsFastEnoughMayTakeLongerThanTheTimeout) {
    run([&] {
        options.body_timeout = 60ms;
        options.minimum_rate = 1;
        with_server([&](netio::tcp_stream& client) {
            client.write_all(netio::buffer("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                                           "Connection: close\r\n\r\n"));
            for (const char* byte : {"f", "i", "f", "t", "h"}) {
                fibers::this_fiber::sleep_for(20ms);
                client.write_all(netio::buffer(byte));
            }
            EXPECT_EQ(test::body_of(test::read_text(client)), "fifth");
        });
    });
}

TEST_P(HttpFaults, WhoDoesNotReadIsLeft) {
    run([&] {
        options.write_timeout = 50ms;
        options.minimum_rate = 1 << 30;
        bool was_told = false;
        router.get("/large", [&](request&, response& answer) {
            const std::string piece(100'000, 'l');
            try {
                for (;;)
                    answer.write(piece);
            } catch (const std::system_error& failure) {
                was_told = failure.code() == std::errc::timed_out;
                throw;
            }
        });
        auto [client, server] = test::connect();
        client.write_all(netio::buffer("GET /large HTTP/1.1\r\nHost: x\r\n\r\n"));
        netio::http::serve_http(server, router, options);
        EXPECT_TRUE(was_told);
        EXPECT_EQ(failures.size(), 0u) << "that is not the handler's failure";
    });
}

TEST_P(HttpFaults, WhoResetsInTheMiddleHurtsNobody) {
    run([&] {
        for (const std::string text :
             {"", "GET / HT", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nb"})
            with_server([&](netio::tcp_stream& client) {
                client.write_all(netio::buffer(text));
                settle();
                test::reset(client);
            });
        EXPECT_EQ(failures.size(), 0u);
    });
}

} // namespace
