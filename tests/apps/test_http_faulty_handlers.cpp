// What a handler that is at fault does to the other connections of its server.

#include <tests/apps/client.hpp>
#include <tests/apps/running_server.hpp>
#include <tests/apps/web_site.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <list>
#include <string>
#include <thread>
#include <utility>

using namespace std::chrono_literals;

namespace {

class HttpHandler : public testing::Test {
  protected:
    static bool is_served(client& peer) {
        return peer.send(get("/")) && receive_answer(peer).ends_with("well");
    }

    static std::string worker_of(client& peer) {
        EXPECT_TRUE(peer.send(get("/worker")));
        const std::string answer = receive_answer(peer);
        return answer.substr(answer.rfind('\n') + 1);
    }

    running_server server_{{WEFT_FAULTY_SERVER}};
};

TEST_F(HttpHandler, ThatThrowsIsReportedOnceAndHurtsNobody) {
    client other{server_.port()}, peer{server_.port()};
    EXPECT_TRUE(is_served(other));
    EXPECT_TRUE(peer.send(get("/throw")));
    EXPECT_TRUE(peer.receive_all().starts_with("HTTP/1.1 500 "));
    EXPECT_TRUE(is_served(other));
    EXPECT_EQ(server_.err(), "weft: http: GET /throw: a mistake\n");
}

TEST_F(HttpHandler, ThatHoldsItsWorkerIsNamedAndTheOtherWorkersGoOn) {
    client peer{server_.port()};
    const std::string its_worker = worker_of(peer);
    std::list<client> same, others; // a fiber stays with the worker on which it has begun
    while (others.size() != 3 && same.size() != 1'000) {
        client next{server_.port()};
        auto& neighbours = worker_of(next) == its_worker ? same : others;
        neighbours.push_back(std::move(next));
    }
    ASSERT_EQ(others.size(), 3u);
    EXPECT_TRUE(peer.send(get("/hold")));
    std::this_thread::sleep_for(300ms);
    for (client& other : others)
        EXPECT_TRUE(is_served(other));
    EXPECT_TRUE(peer.hears_nothing_for(0)) << "that was not meanwhile";
    EXPECT_TRUE(receive_answer(peer).ends_with("held"));
    for (client& other : same)
        EXPECT_TRUE(is_served(other));
    if (test::under_tsan)
        return; // it keeps the watchdog's signal back
    const std::string said = server_.err();
    EXPECT_NE(said.find("weft: watchdog: fiber 0x"), said.npos) << said;
    EXPECT_NE(said.find("\"" + peer.address() + "\" has held worker "), said.npos) << said;
    EXPECT_NE(said.find("hold_the_worker"), said.npos) << said;
}

TEST_F(HttpHandler, ThatOverflowsItsStackEndsTheProcessAndIsNamed) {
    if (test::under_sanitizer)
        GTEST_SKIP() << "sanitizers handle SIGSEGV themselves";
    client peer{server_.port()};
    EXPECT_TRUE(peer.send(get("/overflow")));
    EXPECT_TRUE(peer.is_ended_by_server());
    EXPECT_EQ(server_.wait(), 128 + SIGSEGV) << "so that whoever has started it starts it again";
    const std::string said = server_.err();
    EXPECT_NE(said.find("stack overflow in fiber "), said.npos) << said;
    EXPECT_NE(said.find("\"" + peer.address() + "\""), said.npos) << said;
}

} // namespace
