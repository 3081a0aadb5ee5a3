#include <tests/apps/client.hpp>
#include <tests/apps/running_server.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace {

/// The same tests for the server on threads and for the one that was moved over to fibers.
class ThreadEcho : public testing::TestWithParam<std::string> {
  protected:
    running_server server{{GetParam(), "127.0.0.1:0"}};
};

INSTANTIATE_TEST_SUITE_P(On, ThreadEcho, testing::Values("thread_echo", "thread_echo_on_fibers"),
                         [](const auto& each) {
                             return each.param == "thread_echo" ? "Threads" : "Fibers";
                         });

TEST_P(ThreadEcho, SendsBackAMegabyteThroughNcByteForByte) {
    const std::string file = random_bytes(1'000'000);
    EXPECT_TRUE(run({"nc", "-N", "127.0.0.1", server.port_text()}, file).out == file);
}

TEST_P(ThreadEcho, KeepsAHundredConnectionsApart) {
    std::vector<client> clients;
    while (clients.size() < 100)
        clients.emplace_back(server.port());
    for (unsigned i = 0; i < clients.size(); ++i)
        ASSERT_TRUE(clients[i].send(random_bytes(100, i)));
    for (unsigned i = 0; i < clients.size(); ++i)
        EXPECT_EQ(clients[i].receive(100), random_bytes(100, i));
}

TEST_P(ThreadEcho, SaysWhatItServes) {
    client peer{server.port()};
    EXPECT_TRUE(peer.is_echoed("ten bytes!"));
    EXPECT_EQ(server.wait_for("1 connections, "), "10 bytes");
}

TEST_P(ThreadEcho, GoesOnWhenAPeerResets) {
    client rude{server.port()};
    EXPECT_TRUE(rude.is_echoed("hello"));
    rude.send(random_bytes(100'000));
    rude.reset();
    client peer{server.port()};
    EXPECT_TRUE(peer.is_echoed("still there"));
}

TEST(ThreadEchoMigration, ChangesAFewLines) {
    const std::string folder = std::string{WEFT_SOURCE_DIR} + "/apps/thread_echo/";
    const finished diff = run({"diff", folder + "threads.cpp", folder + "fibers.cpp"});
    ASSERT_EQ(diff.code, 1) << diff.err; // they differ
    std::istringstream lines{diff.out};
    int changed = 0;
    for (std::string line; std::getline(lines, line);)
        changed += line.starts_with("> ") && !line.starts_with("> #include");
    EXPECT_GT(changed, 0);
    EXPECT_LE(changed, 6) << diff.out;
}

} // namespace
