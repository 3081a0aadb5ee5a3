// What a handler that is at fault does to the other connections of its server.

#include <tests/apps/client.hpp>
#include <tests/apps/running_server.hpp>
#include <tests/apps/web_site.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

class HttpHandler : public testing::Test {
  protected:
    /// So many clients that each worker has some.
    HttpHandler() {
        for (int i = 0; i != 8; ++i) {
            others_.emplace_back(server_.port());
            EXPECT_TRUE(is_served(others_.back()));
        }
    }

    static bool is_served(client& peer) {
        return peer.send(get("/")) && receive_answer(peer).ends_with("well");
    }

    running_server server_{{WEFT_FAULTY_SERVER}};
    std::vector<client> others_;
};

TEST_F(HttpHandler, ThatThrowsIsReportedOnceAndHurtsNobody) {
    client peer{server_.port()};
    EXPECT_TRUE(peer.send(get("/throw")));
    EXPECT_TRUE(peer.receive_all().starts_with("HTTP/1.1 500 "));
    for (client& other : others_)
        EXPECT_TRUE(is_served(other));
    EXPECT_EQ(server_.err(), "weft: http: GET /throw: a mistake\n");
}

TEST_F(HttpHandler, ThatHoldsItsWorkerIsNamedAndTheOtherWorkersGoOn) {
    client peer{server_.port()};
    EXPECT_TRUE(is_served(peer));
    EXPECT_TRUE(peer.send(get("/hold")));
    std::this_thread::sleep_for(300ms);
    for (client& other : others_)
        EXPECT_TRUE(other.send(get("/")));
    std::this_thread::sleep_for(500ms);
    const auto answered =
        std::ranges::count_if(others_, [](client& other) { return !other.hears_nothing_for(0); });
    EXPECT_TRUE(peer.hears_nothing_for(0)) << "that was not meanwhile";
    EXPECT_GT(answered, 0);
    EXPECT_TRUE(receive_answer(peer).ends_with("held"));
    for (client& other : others_)
        EXPECT_TRUE(receive_answer(other).ends_with("well"));
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
