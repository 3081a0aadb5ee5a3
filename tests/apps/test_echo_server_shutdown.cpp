#include <tests/apps/client.hpp>
#include <tests/apps/running_server.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <string>

using namespace std::chrono_literals;

namespace {

class EchoServerEnds : public testing::TestWithParam<int> {};

INSTANTIATE_TEST_SUITE_P(On, EchoServerEnds, testing::Values(SIGINT, SIGTERM),
                         [](const auto& each) {
                             return each.param == SIGINT ? "Sigint" : "Sigterm";
                         });

TEST_P(EchoServerEnds, AndSaysWhatItServed) {
    running_server server = echo_server();
    run({"nc", "-N", "127.0.0.1", server.port_text()}, "hello\n");
    run({"nc", "-N", "127.0.0.1", server.port_text()}, "hello again\n");
    server.signal(GetParam());
    EXPECT_EQ(server.wait(), 0);
    EXPECT_EQ(server.wait_for("connections served: "), "2, bytes echoed: 18");
    EXPECT_EQ(server.err(), "");
}

TEST(EchoServerDrains, LettingConnectionsFinish) {
    for (const char* workers : {"1", "2"}) {
        running_server server = echo_server({"--workers", workers, "--drain-timeout", "1h"});
        client peer{server.port()};
        EXPECT_TRUE(peer.is_echoed("before"));
        server.signal(SIGTERM);
        EXPECT_EQ(server.wait_for("connections still open: "), "1, they have 3600s to finish");
        EXPECT_TRUE(peer.is_echoed("afterwards"));
        peer.finish_sending();
        EXPECT_EQ(peer.receive_all(), "");
        EXPECT_EQ(server.wait(), 0);
        EXPECT_EQ(server.wait_for("connections served: "), "1, bytes echoed: 16");
    }
}

TEST(EchoServerDrains, AcceptingNobodyElse) {
    running_server server = echo_server();
    client peer{server.port()};
    EXPECT_TRUE(peer.is_echoed("before"));
    server.signal(SIGTERM);
    server.wait_for("connections still open: ");
    EXPECT_TRUE(is_refused(server.port()));
}

TEST(EchoServerDrains, NoLongerThanItIsTold) {
    running_server server = echo_server({"--drain-timeout", "300ms"});
    client peer{server.port()};
    EXPECT_TRUE(peer.is_echoed("before"));
    const auto begin = std::chrono::steady_clock::now();
    server.signal(SIGTERM);
    EXPECT_TRUE(peer.is_ended_by_server());
    EXPECT_EQ(server.wait(), 0);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 290ms);
    EXPECT_EQ(server.wait_for("connections served: "), "1, bytes echoed: 6");
}

TEST(EchoServerDrains, NotAtAllIfItIsToldSo) {
    running_server server = echo_server({"--drain-timeout", "0"});
    client peer{server.port()};
    EXPECT_TRUE(peer.is_echoed("before"));
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
}

TEST(EchoServerDrains, WhenItIsFullToo) {
    running_server server = echo_server({"--max-connections", "1"});
    client peer{server.port()};
    EXPECT_TRUE(peer.is_echoed("before"));
    client waiting{server.port()};
    server.signal(SIGTERM);
    server.wait_for("connections still open: ");
    EXPECT_TRUE(waiting.is_ended_by_server());
    peer.finish_sending();
    EXPECT_EQ(server.wait(), 0);
}

TEST(EchoServerDrains, UntilASecondSignal) {
    running_server server = echo_server({"--workers", "2", "--drain-timeout", "1h"});
    client peer{server.port()};
    EXPECT_TRUE(peer.is_echoed("before"));
    server.signal(SIGTERM);
    server.wait_for("connections still open: ");
    server.signal(SIGINT);
    EXPECT_EQ(server.wait(), 128 + SIGINT);
}

} // namespace
