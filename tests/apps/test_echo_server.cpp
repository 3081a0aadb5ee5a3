#include <tests/apps/client.hpp>
#include <tests/apps/running_server.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

std::vector<client> many_clients(std::size_t count, std::uint16_t port) {
    std::vector<client> clients;
    while (clients.size() < count)
        clients.emplace_back(port);
    return clients;
}

/// User and system time in clock ticks, proc(5).
long processor_time(pid_t id) {
    std::ifstream stat{"/proc/" + std::to_string(id) + "/stat"};
    std::string word;
    std::vector<std::string> words;
    while (stat >> word)
        words.push_back(word);
    return std::stol(words.at(13)) + std::stol(words.at(14));
}

TEST(EchoServer, AnswersNc) {
    const running_server server = echo_server();
    const finished nc = run({"nc", "-N", "127.0.0.1", server.port_text()}, "hello\n");
    EXPECT_EQ(nc.out, "hello\n");
    EXPECT_EQ(nc.code, 0);
}

TEST(EchoServer, SendsBackTenMegabytesThroughNcByteForByte) {
    const running_server server = echo_server();
    const std::string file = random_bytes(10'000'000);
    EXPECT_TRUE(run({"nc", "-N", "127.0.0.1", server.port_text()}, file).out == file);
}

TEST(EchoServer, ListensOnIpv6) {
    const running_server server = echo_server({"--address", "::1"});
    EXPECT_NE(server.out().find("listening on [::1]:"), std::string::npos) << server.out();
    EXPECT_EQ(run({"nc", "-N", "::1", server.port_text()}, "six").out, "six");
}

TEST(EchoServer, SendsTheRestAfterItsPeerHasFinishedSending) {
    const running_server server = echo_server();
    const std::string bytes = random_bytes(300'000);
    client peer{server.port()};
    std::thread sending{[&] {
        peer.send(bytes);
        peer.finish_sending();
    }};
    EXPECT_TRUE(peer.receive_all() == bytes);
    sending.join();
}

TEST(EchoServer, KeepsAThousandConnectionsApart) {
    const running_server server = echo_server();
    auto clients = many_clients(1'000, server.port());
    for (std::size_t i = 0; i < clients.size(); ++i)
        ASSERT_TRUE(clients[i].send(random_bytes(100, static_cast<unsigned>(i))));
    for (std::size_t i = 0; i < clients.size(); ++i)
        EXPECT_EQ(clients[i].receive(100), random_bytes(100, static_cast<unsigned>(i)));
}

TEST(EchoServer, ServesWithAsManyThreadsAsItIsTold) {
    if (test::under_tsan)
        GTEST_SKIP() << "ThreadSanitizer has a thread of its own";
    for (const int workers : {1, 3}) {
        const running_server server = echo_server({"--workers", std::to_string(workers)});
        auto clients = many_clients(100, server.port());
        for (client& each : clients)
            EXPECT_TRUE(each.is_echoed("to each its own"));
        const std::filesystem::directory_iterator threads{"/proc/" + std::to_string(server.id()) +
                                                          "/task"};
        EXPECT_EQ(std::distance(begin(threads), end(threads)), workers);
    }
}

TEST(EchoServer, GoesOnWhenItsPeersAreKilledInMidStream) {
    const running_server server = echo_server();
    {
        std::vector<std::unique_ptr<process>> peers;
        for (int i = 0; i < 10; ++i)
            peers.push_back(std::make_unique<process>(std::vector<std::string>{
                "sh", "-c", "exec nc 127.0.0.1 " + server.port_text() + " </dev/zero >/dev/null"}));
        client late{server.port()};
        EXPECT_TRUE(late.is_echoed("in the midst of it"));
        for (const auto& peer : peers)
            peer->signal(SIGKILL);
    }
    client peer{server.port()};
    EXPECT_TRUE(peer.is_echoed("still there"));
}

TEST(EchoServer, GoesOnWhenItsPeersReset) {
    const running_server server = echo_server();
    for (client& peer : many_clients(50, server.port())) {
        peer.send(random_bytes(10'000)); // part of the echo is never read
        peer.reset();
    }
    client peer{server.port()};
    EXPECT_TRUE(peer.is_echoed("still there"));
}

TEST(EchoServer, EndsAConnectionThatIsIdleForTooLong) {
    const running_server server = echo_server({"--idle-timeout", "300ms"});
    client idle{server.port()};
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(idle.is_ended_by_server());
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 290ms);
}

TEST(EchoServer, DoesNotEndAConnectionThatIsActive) {
    const running_server server = echo_server({"--idle-timeout", "2s"});
    client active{server.port()};
    const auto begin = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begin < 3s) {
        ASSERT_TRUE(active.is_echoed("not idle"));
        std::this_thread::sleep_for(100ms);
    }
}

TEST(EchoServer, EndsAConnectionWhosePeerNeverReads) {
    const running_server server = echo_server({"--idle-timeout", "300ms"});
    client greedy{server.port()};
    EXPECT_FALSE(greedy.send(std::string(100'000'000, 'x')));
}

TEST(EchoServer, LetsConnectionsBeyondTheMaximumWait) {
    const running_server server = echo_server({"--max-connections", "2"});
    auto served = many_clients(2, server.port());
    for (client& each : served)
        EXPECT_TRUE(each.is_echoed("served"));
    client waiting{server.port()};
    EXPECT_TRUE(waiting.send("patience"));
    EXPECT_TRUE(waiting.hears_nothing_for(300));
    served.pop_back();
    EXPECT_EQ(waiting.receive(8), "patience");
}

TEST(EchoServer, DoesNotEchoWhatAProxySays) {
    running_server server = echo_server({"--proxy-protocol"});
    client proxied{server.port()};
    EXPECT_TRUE(proxied.send("PROXY TCP4 192.0.2.1 192.0.2.2 49152 80\r\nhello"));
    EXPECT_EQ(proxied.receive(5), "hello");
    client direct{server.port()};
    EXPECT_TRUE(direct.send("hello, without a proxy"));
    EXPECT_TRUE(direct.is_ended_by_server());
    proxied.finish_sending();
    server.signal(SIGTERM); // by its end it has said why
    EXPECT_EQ(server.wait(), 0);
    EXPECT_NE(server.err().find("There is no PROXY header"), std::string::npos) << server.err();
}

TEST(EchoServer, ServesTheBacklogOnceDescriptorsAreFree) {
    const running_server server{{"sh", "-c", "ulimit -n 24 && exec \"$0\" --port 0",
                                 std::string{WEFT_APPS_DIR} + "/echo_server"}};
    auto first = many_clients(40, server.port()); // more than it has descriptors for
    EXPECT_TRUE(first.front().is_echoed("served"));
    EXPECT_TRUE(first.back().send("patience"));
    EXPECT_TRUE(first.back().hears_nothing_for(200));
    first.erase(first.begin(), first.end() - 1);
    EXPECT_EQ(first.back().receive(8), "patience");
}

TEST(EchoServer, TakesNoProcessorTimeWhileNothingHappens) {
    const running_server server = echo_server({"--workers", "2", "--idle-timeout", "30s"});
    auto clients = many_clients(20, server.port());
    for (client& each : clients)
        EXPECT_TRUE(each.is_echoed("once"));
    std::this_thread::sleep_for(100ms);
    const long before = processor_time(server.id());
    std::this_thread::sleep_for(1s);
    EXPECT_LE(processor_time(server.id()) - before, 2);
}

} // namespace
