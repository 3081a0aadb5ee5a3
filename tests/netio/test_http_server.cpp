#include <tests/netio/http_exchanges.hpp>

#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using netio::http::field;
using netio::http::request;
using netio::http::response;
using netio::http::status;
using test::body_of;
using test::count_of;
using test::status_of;

class HttpServer : public test::http_everywhere {
  protected:
    HttpServer() {
        router.get("/hello", [](request&, response& answer) { answer.send("hello\n"); });
        router.post("/echo",
                    [](request& question, response& answer) { answer.send(question.body()); });
        router.get("/chunks", [](request&, response& answer) {
            for (const char* piece : {"one ", "two ", "three"})
                answer.write(piece);
        });
    }
};
INSTANTIATE_TEST_SUITE_P(Everywhere, HttpServer, test::every_place);

TEST_P(HttpServer, AnswersAndKeepsTheConnection) {
    run([&] {
        const std::string answers =
            answer_to("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
                      "GET /hello?who=me HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(count_of("HTTP/1.1 200 OK\r\nDate: ", answers), 2u) << answers;
        EXPECT_EQ(count_of("Content-Length: 6\r\n", answers), 2u);
        EXPECT_EQ(count_of("Connection: close\r\n", answers), 1u);
        EXPECT_EQ(count_of("\r\n\r\nhello\n", answers), 2u);
    });
}

TEST_P(HttpServer, AnswersInOrderWhatComesTogether) {
    run([&] {
        router.get("/number/*", [](request& question, response& answer) {
            answer.send(std::string{question.path().substr(8)} + ";");
        });
        std::string questions;
        for (int i = 0; i != 500; ++i)
            questions += "GET /number/" + std::to_string(i) + " HTTP/1.1\r\nHost: x\r\n\r\n";
        questions += "GET /number/last HTTP/1.0\r\n\r\n";
        const std::string answers = answer_to(questions);
        std::size_t at = 0;
        for (int i = 0; i != 500; ++i) {
            at = answers.find("\r\n\r\n" + std::to_string(i) + ";", at);
            ASSERT_NE(at, answers.npos) << i;
        }
        EXPECT_TRUE(answers.ends_with("\r\n\r\nlast;"));
    });
}

TEST_P(HttpServer, AnswersInOrderWhateverTheSize) {
    run([&] {
        const std::string page(4096, 'p');
        router.get("/page", [&](request&, response& answer) { answer.send(page); });
        const std::string for_page = "GET /page HTTP/1.1\r\nHost: x\r\n\r\n",
                          for_word = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
        with_server([&](netio::tcp_stream& client) {
            client.write_all(netio::buffer(for_page));
            const std::string begin = test::read_text(client, page.size());
            const std::string rest = test::read_text(client, begin.find("\r\n\r\n") + 4);
            EXPECT_EQ(body_of(begin + rest), page);
            client.write_all(netio::buffer(for_word + for_page + for_page + for_word));
            client.shutdown_write();
            const std::string together = test::read_text(client);
            std::size_t at = 0;
            for (const std::string_view body : {"hello\n", page.c_str(), page.c_str(), "hello\n"}) {
                at = together.find(std::string{"\r\n\r\n"}.append(body), at);
                ASSERT_NE(at, together.npos);
                at += body.size();
            }
        });
    });
}

TEST_P(HttpServer, AnswersWhatComesOneByteAtATime) {
    run([&] {
        with_server([&](netio::tcp_stream& client) {
            const std::string text =
                "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
                "Connection: close\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n";
            for (const char& byte : text) {
                client.write_all(netio::buffer({&byte, 1}));
                fibers::this_fiber::yield();
            }
            EXPECT_EQ(body_of(test::read_text(client)), "abcde");
        });
    });
}

TEST_P(HttpServer, ReadsBodiesOfBothKindsAndWhatComesBehindThem) {
    run([&] {
        const std::string large(200'000, 'L');
        const std::string answers = answer_to(
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nfirst"
            "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
            "chunked\r\n\r\n6\r\nsecond\r\n0\r\n\r\n"
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n" +
            large +
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(count_of("200 OK", answers), 4u);
        EXPECT_EQ(count_of("\r\n\r\nfirstHTTP", answers), 1u);
        EXPECT_EQ(count_of("\r\n\r\nsecondHTTP", answers), 1u);
        EXPECT_EQ(count_of("\r\n\r\n" + large + "HTTP", answers), 1u);
        EXPECT_TRUE(answers.ends_with("Content-Length: 0\r\nConnection: close\r\n\r\n"));
    });
}

TEST_P(HttpServer, DropsABodyThatNobodyReads) {
    run([&] {
        router.post("/ignore", [](request&, response& answer) { answer.send("ignored"); });
        const std::string answers =
            answer_to("POST /ignore HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" +
                      std::string(100'000, 'i') + "GET /hello HTTP/1.0\r\n\r\n");
        EXPECT_TRUE(answers.ends_with("hello\n")) << answers;
    });
}

TEST_P(HttpServer, StreamsInChunksOrUntilTheEnd) {
    run([&] {
        EXPECT_EQ(
            body_of(answer_to("GET /chunks HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")),
            "4\r\none \r\n4\r\ntwo \r\n5\r\nthree\r\n0\r\n\r\n");
        const std::string old = answer_to("GET /chunks HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        EXPECT_EQ(body_of(old), "one two three");
        EXPECT_EQ(count_of("Connection: close", old), 1u);
    });
}

TEST_P(HttpServer, SendsWhatIsFlushedAtOnce) {
    run([&] {
        std::atomic<bool> may_end = false;
        router.get("/slow", [&](request&, response& answer) {
            answer.write("begun");
            answer.flush();
            while (!may_end)
                fibers::this_fiber::sleep_for(1ms);
        });
        with_server([&](netio::tcp_stream& client) {
            client.write_all(netio::buffer("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n"));
            std::string text;
            while (count_of("begun", text) == 0)
                text += test::read_text(client, 1);
            may_end = true;
        });
    });
}

TEST_P(HttpServer, LeavesOutTheBodyOfAHead) {
    run([&] {
        const std::string answers = answer_to("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n"
                                              "HEAD /chunks HTTP/1.1\r\nHost: x\r\n\r\n"
                                              "GET /hello HTTP/1.0\r\n\r\n");
        EXPECT_EQ(count_of("200 OK", answers), 3u);
        EXPECT_EQ(count_of("Content-Length: 6\r\n", answers), 2u);
        EXPECT_EQ(count_of("hello\n", answers), 1u);
        EXPECT_EQ(count_of("three", answers), 0u);
    });
}

TEST_P(HttpServer, KnowsPathsAndMethods) {
    run([&] {
        router.get("/files/*", [](request&, response& answer) { answer.send("short"); });
        router.get("/files/deep/*", [](request&, response& answer) { answer.send("long"); });
        router.get("/files/deep/exact", [](request&, response& answer) { answer.send("exact"); });
        const auto ask = [&](const std::string& line) {
            return answer_to(line + " HTTP/1.0\r\n\r\n");
        };
        EXPECT_EQ(body_of(ask("GET /files/deep/exact?")), "exact");
        EXPECT_EQ(body_of(ask("GET http://host/files/deep/other")), "long");
        EXPECT_EQ(body_of(ask("GET /files/x")), "short");
        EXPECT_EQ(status_of(ask("GET /files")), "HTTP/1.1 404");
        const std::string not_allowed = ask("POST /hello");
        EXPECT_EQ(status_of(not_allowed), "HTTP/1.1 405");
        EXPECT_EQ(count_of("Allow: GET, HEAD, OPTIONS\r\n", not_allowed), 1u) << not_allowed;
        EXPECT_EQ(count_of("Allow: POST, OPTIONS\r\n", ask("OPTIONS /echo")), 1u);
        EXPECT_EQ(status_of(ask("OPTIONS *")), "HTTP/1.1 204");
        EXPECT_EQ(status_of(ask("BREW /hello")), "HTTP/1.1 501");
    });
}

TEST_P(HttpServer, TellsWhoWaitsThatItMaySend) {
    run([&] {
        with_server([&](netio::tcp_stream& client) {
            client.write_all(netio::buffer("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
                                           "Expect: 100-continue\r\nConnection: close\r\n\r\n"));
            EXPECT_EQ(test::read_text(client, 25), "HTTP/1.1 100 Continue\r\n\r\n");
            client.write_all(netio::buffer("body"));
            EXPECT_EQ(body_of(test::read_text(client)), "body");
        });
        // Who is refused is not told so, and may not be trusted to send or not to.
        const std::string refused = answer_to("POST /nowhere HTTP/1.1\r\nHost: x\r\n"
                                              "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n");
        EXPECT_EQ(status_of(refused), "HTTP/1.1 404");
        EXPECT_EQ(count_of("100 Continue", refused), 0u);
    });
}

TEST_P(HttpServer, TellsNobodyToSendInTheMiddleOfAnAnswer) {
    run([&] {
        router.post("/early", [](request& question, response& answer) {
            answer.set_length(7);
            answer.write("got");
            answer.flush();
            answer.write(question.body());
        });
        with_server([&](netio::tcp_stream& client) {
            client.write_all(
                netio::buffer("POST /early HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n"
                              "Expect: 100-continue\r\nConnection: close\r\n\r\n"));
            settle();
            client.write_all(netio::buffer("body"));
            EXPECT_EQ(body_of(test::read_text(client)), "gotbody");
        });
    });
}

TEST_P(HttpServer, ReportsWhatAHandlerThrows) {
    run([&] {
        router.get("/throws", [](request&, response& answer) {
            answer.set("X-Half", "done");
            throw std::runtime_error{"out of luck"};
        });
        router.get("/late", [](request&, response& answer) {
            answer.write("some");
            answer.flush();
            throw std::runtime_error{"too late"};
        });
        const std::string answer = answer_to("GET /throws HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(status_of(answer), "HTTP/1.1 500");
        EXPECT_EQ(count_of("X-Half", answer), 0u);
        EXPECT_EQ(count_of("luck", answer), 0u) << "that is nobody else's business";
        const std::string cut = answer_to("GET /late HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_TRUE(cut.ends_with("4\r\nsome\r\n")) << "it must not look complete: " << cut;
        EXPECT_EQ(failures, (std::vector<std::string>{"out of luck", "too late"}));
    });
}

TEST_P(HttpServer, RefusesFieldsThatWouldForgeAnother) {
    run([&] {
        router.get("/forge", [](request& question, response& answer) {
            answer.set(field::location, "/" + std::string{question.query()} + "\r\nX-Forged: yes");
        });
        EXPECT_EQ(status_of(answer_to("GET /forge HTTP/1.1\r\nHost: x\r\n\r\n")), "HTTP/1.1 500");
        EXPECT_EQ(failures.size(), 1u);
    });
}

TEST_P(HttpServer, SetReplacesAFieldAndInsertAddsOne) {
    run([&] {
        router.get("/fields", [](request&, response& answer) {
            answer.insert("Set-Cookie", "a=1");
            answer.insert("Set-Cookie", "b=2");
            answer.set("x-level", "low");
            answer.set("X-Level-Of-Detail", "none");
            answer.set("X-Level", "high");
            EXPECT_THROW(answer.set("X-Level", "low\r\nX-Forged: yes"), std::invalid_argument);
        });
        const std::string answer =
            answer_to("GET /fields HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(count_of("\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n", answer), 1u) << answer;
        EXPECT_EQ(count_of("low", answer), 0u);
        EXPECT_EQ(count_of("\r\nX-Level: high\r\n", answer), 1u);
        EXPECT_EQ(count_of("\r\nX-Level-Of-Detail: none\r\n", answer), 1u);
    });
}

TEST_P(HttpServer, TellsWhatItHasAnswered) {
    run([&] {
        std::string log;
        options.on_answer = [&](const netio::http::answered& done) {
            log += done.peer;
            log += done.request ? " " + std::string{done.request->target()} : " -";
            log += " " + std::to_string(static_cast<int>(done.status)) + " " +
                   std::to_string(done.body_bytes) + "\n";
            EXPECT_LT(done.duration, 20s);
        };
        answer_to("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nGET /chunks HTTP/1.1\r\nHost: "
                  "x\r\n\r\nnonsense\r\n\r\n");
        EXPECT_EQ(log, "the client /hello 200 6\nthe client /chunks 200 13\nthe client - 400 16\n");
    });
}

TEST_P(HttpServer, EndsAnIdleConnectionAfterAWhile) {
    run([&] {
        options.idle_timeout = 30ms;
        with_server([&](netio::tcp_stream& client) { EXPECT_EQ(test::read_text(client), ""); });
        EXPECT_EQ(status_of(answer_to("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")), "HTTP/1.1 200");
    });
}

TEST_P(HttpServer, EndsAfterSoManyRequests) {
    run([&] {
        options.max_requests = 2;
        const std::string answers = answer_to("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
                                              "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
                                              "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
        EXPECT_EQ(count_of("200 OK", answers), 2u);
        EXPECT_EQ(count_of("Connection: close", answers), 1u);
    });
}

TEST_P(HttpServer, SaysInWordsWhatTheStatusIsWhateverTheBodyWasToBe) {
    run([&] {
        router.get("/image", [](request&, response& answer) {
            answer.set(field::etag, "\"a\"");
            answer.set("content-type", "image/png");
            answer.set(field::retry_after, "1");
            answer.send_status(status::service_unavailable);
        });
        const std::string answer =
            answer_to("GET /image HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        EXPECT_EQ(count_of("ontent-", answer), 2u) << answer;
        EXPECT_EQ(count_of("\r\nContent-Type: text/plain", answer), 1u);
        EXPECT_EQ(count_of("\r\nETag: \"a\"\r\nRetry-After: 1\r\n", answer), 1u);
        EXPECT_EQ(body_of(answer), "503 Service Unavailable\n");
    });
}

class HttpServerInFibers : public HttpServer {};
INSTANTIATE_TEST_SUITE_P(Everywhere, HttpServerInFibers, test::fibers_only);

TEST_P(HttpServerInFibers, EndsWhenItIsAskedToStop) {
    run([&] {
        auto [client, server] = test::connect();
        auto serving =
            start([&, &stream = server] { netio::http::serve_http(stream, router, options); });
        settle();
        serving.request_stop();
        EXPECT_EQ(test::read_text(client), "");
        serving.join();
    });
}

} // namespace
