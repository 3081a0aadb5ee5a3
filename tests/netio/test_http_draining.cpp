// connection_options::drain: what becomes of connections when the server is about to end.

#include <tests/netio/http_exchanges.hpp>
#include <tests/netio/tls_connections.hpp>

#include <fibers/sync/stop_token.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::http::request;
using netio::http::response;
using test::body_of;
using test::count_of;

/// The body is to be of four bytes.
constexpr std::string_view head_of_post =
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n";

void add_answers(netio::http::router& router) {
    router.get("/hello", [](request&, response& answer) { answer.send("hello\n"); });
    router.post("/echo", [](request& question, response& answer) { answer.send(question.body()); });
}

class HttpDraining : public test::http_everywhere {
  protected:
    HttpDraining() {
        add_answers(router);
        options.drain = drain.get_token();
    }

    fibers::stop_source drain;
};
INSTANTIATE_TEST_SUITE_P(Everywhere, HttpDraining, test::every_place);

TEST_P(HttpDraining, EndsIdleConnectionsAndThoseThatAsk) {
    run([&] {
        with_server([&](netio::tcp_stream& idle) {
            idle.write_all(netio::buffer("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"));
            std::string text;
            while (!text.ends_with("hello\n"))
                text += test::read_text(idle, 1);
            EXPECT_EQ(count_of("close", text), 0u);
            settle();
            drain.request_stop();
            EXPECT_EQ(test::read_text(idle), "");
        });
        // It comes when nobody waits for it any more, and is answered all the same.
        const std::string last = answer_to("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(last.ends_with("hello\n"));
        EXPECT_EQ(count_of("Connection: close\r\n", last), 1u);
    });
}

TEST_P(HttpDraining, AnswersWhatArrivesMeanwhile) {
    run([&] {
        options.drain_grace = 10s;
        with_server([&](netio::tcp_stream& client) {
            settle();
            drain.request_stop();
            settle();
            client.write_all(netio::buffer(head_of_post));
            settle();
            client.write_all(netio::buffer("body"));
            EXPECT_EQ(body_of(test::read_text(client)), "body");
        });
    });
}

TEST_P(HttpDraining, GivesARequestThatHasBegunTheTimeThatItHasElse) {
    run([&] {
        options.drain_grace = 500ms;
        with_server([&](netio::tcp_stream& client) {
            settle();
            drain.request_stop();
            client.write_all(netio::buffer(head_of_post));
            fibers::this_fiber::sleep_for(1s);
            client.write_all(netio::buffer("body"));
            EXPECT_EQ(body_of(test::read_text(client)), "body");
        });
    });
}

class HttpDrainingOverTls : public test::tls_everywhere {
  protected:
    HttpDrainingOverTls() {
        add_answers(router);
        options.drain = drain.get_token();
        options.linger_timeout = 200ms;
    }

    /// Calls `talk(client)` while the other end is served.
    template <class Talk>
    void with_server(Talk talk) {
        auto [client, server, client_error, server_error] = connect();
        auto serving =
            start([&, &stream = server] { netio::http::serve_http(stream, router, options); });
        {
            const fibers::timeout_scope limit{20s};
            talk(client);
        }
        client.close();
        serving.join();
    }

    netio::http::router router;
    netio::http::connection_options options;
    fibers::stop_source drain;
};
INSTANTIATE_TEST_SUITE_P(Everywhere, HttpDrainingOverTls, test::every_place);

TEST_P(HttpDrainingOverTls, EndsIdleConnections) {
    run([&] {
        with_server([&](test::tls_stream& client) {
            settle();
            drain.request_stop();
            EXPECT_EQ(test::read_text(client), "") << "and says so, else reading has failed";
        });
    });
}

TEST_P(HttpDrainingOverTls, AnswersWhatArrivesMeanwhile) {
    run([&] {
        options.drain_grace = 10s;
        with_server([&](test::tls_stream& client) {
            client.write_all(netio::buffer("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"));
            std::string first(200, '\0');
            first.resize(client.read(netio::buffer(first)));
            EXPECT_TRUE(first.ends_with("hello\n")) << first;
            settle();
            drain.request_stop();
            settle();
            client.write_all(netio::buffer(head_of_post));
            settle();
            client.write_all(netio::buffer("body"));
            const std::string last = test::read_text(client);
            EXPECT_EQ(count_of("Connection: close\r\n", last), 1u) << last;
            EXPECT_EQ(body_of(last), "body");
        });
    });
}

} // namespace
