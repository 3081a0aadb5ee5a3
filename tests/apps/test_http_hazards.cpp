// http_server among clients that are slow, silent, or too many.

#include <tests/apps/client.hpp>
#include <tests/apps/web_site.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <list>
#include <string>
#include <string_view>
#include <thread>

using namespace std::chrono_literals;

namespace {

TEST(HttpServerAmong, SlowHeadersServesTheOthersAndEndsThem) {
    const web_site site;
    site.write("small.txt", "small");
    const running_server server = site.serve({"--header-timeout", "1s"});
    std::list<client> slow;
    for (int i = 0; i != 300; ++i) {
        slow.emplace_back(server.port());
        EXPECT_TRUE(slow.back().send("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "));
    }
    client other{server.port()};
    for (int i = 0; i != 100; ++i) {
        EXPECT_TRUE(other.send(get("/small.txt")));
        EXPECT_TRUE(receive_answer(other).ends_with("small"));
    }
    for (client& each : slow)
        EXPECT_TRUE(each.receive_all().starts_with("HTTP/1.1 408"));
}

TEST(HttpServerAmong, ClientsThatDoNotReadServesTheOthersAndEndsThem) {
    const web_site site;
    site.write("small.txt", "small");
    site.write("large.bin", std::string(20'000'000, 'l'));
    running_server server = site.serve({"--write-timeout", "100ms"});
    std::list<client> slow;
    for (int i = 0; i != 20; ++i) {
        slow.emplace_back(server.port());
        EXPECT_TRUE(slow.back().send(get("/large.bin")));
    }
    client other{server.port()};
    for (int i = 0; i != 100; ++i) {
        EXPECT_TRUE(other.send(get("/small.txt")));
        EXPECT_TRUE(receive_answer(other).ends_with("small"));
    }
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    for (client& each : slow)
        EXPECT_LT(each.receive_all().size(), 20'000'000u);
}

TEST(HttpServerAmong, TooManyClientsHasNoDescriptorLeftAndRecovers) {
    const web_site site;
    for (int i = 0; i != 100; ++i)
        site.write("file" + std::to_string(i), "text");
    const running_server server{
        {"sh", "-c",
         "ulimit -n 40; exec " WEFT_APPS_DIR "/http_server --port 0 --root " + site.root()}};
    client first{server.port()};
    EXPECT_TRUE(first.send(get("/file0")));
    EXPECT_TRUE(receive_answer(first).ends_with("text"));
    {
        std::list<client> crowd;
        bool is_full = false;
        for (int i = 1; i != 100 && !is_full; ++i) {
            crowd.emplace_back(server.port());
            EXPECT_TRUE(first.send(get("/file" + std::to_string(i))));
            const std::string answer = receive_answer(first);
            is_full = answer.starts_with("HTTP/1.1 503");
            EXPECT_TRUE(is_full || answer.ends_with("text")) << answer;
            EXPECT_EQ(is_full, answer.find("Retry-After: ") != answer.npos);
        }
        EXPECT_TRUE(is_full);
    }
    client later{server.port()};
    EXPECT_TRUE(later.send(get("/file99")));
    EXPECT_TRUE(receive_answer(later).ends_with("text"));
}

#if !defined(__SANITIZE_ADDRESS__) // which needs more address space than that
TEST(HttpServerAmong, MoreClientsThanItHasAddressSpaceForRecovers) {
    const web_site site;
    for (int i = 0; i != 50; ++i)
        site.write("file" + std::to_string(i), "text");
    const running_server server{{"prlimit", "--as=100000000", WEFT_APPS_DIR "/http_server",
                                 "--port", "0", "--root", site.root()}};
    {
        std::list<client> crowd;
        for (int i = 0; i != 600; ++i)
            crowd.emplace_back(server.port()).send("GET / HTTP/1.1\r\n");
    }
    client later{server.port()};
    for (int i = 0; i != 50; ++i) {
        EXPECT_TRUE(later.send(get("/file" + std::to_string(i))));
        EXPECT_TRUE(receive_answer(later).ends_with("text")) << i;
    }
}
#endif

/// With its access log on standard output, of which a line is read, and more when there is a file `go` outside.
running_server serve_to_stuck_reader(const web_site& site) {
    const std::string log = site.outside() + "/log", go = site.outside() + "/go";
    return running_server{{"sh", "-c",
                           "mkfifo " + log + "; (head -n 1; while test -e " + log +
                               " && ! test -e " + go + "; do sleep 0.05; done; exec cat) <" + log +
                               " & exec " WEFT_APPS_DIR
                               "/http_server --port 0 --access-log - --root " +
                               site.root() + " >" + log}};
}

TEST(HttpServerAmong, LogReadersThatAreStuckKeepsOneMegabyteOfLinesAndCountsTheOthers) {
    const web_site site;
    const running_server server = serve_to_stuck_reader(site);
    constexpr int requests = 200;
    client peer{server.port()};
    const std::string target = "/" + std::string(8'000, '"'); // in the log four times as long
    for (int i = 0; i != requests; ++i) {
        EXPECT_TRUE(peer.send(get(target)));
        EXPECT_TRUE(receive_answer(peer).starts_with("HTTP/1.1 404"));
    }
    EXPECT_TRUE(peer.send(get("/metrics")));
    constexpr std::string_view counter = "\nhttp_access_log_dropped_total ";
    const std::string metrics = receive_answer(peer);
    const int dropped = std::stoi(metrics.substr(metrics.find(counter) + counter.size()));
    EXPECT_GE(dropped, requests - (1 << 20) / 32'000 - 4) << "a pipe holds two";
    EXPECT_LT(dropped, requests);
    std::ofstream{site.outside() + "/go"};
    server.wait_for("GET /metrics");
    const auto end = std::chrono::steady_clock::now() + patience;
    while (server.err().empty() && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(10ms);
    EXPECT_EQ(server.err(), "http_server: " + std::to_string(dropped) +
                                " lines of the access log were dropped\n");
}

TEST(HttpServerAmong, LogReadersThatAreStuckEndsAllTheSame) {
    const web_site site;
    running_server server = serve_to_stuck_reader(site);
    client peer{server.port()};
    for (int i = 0; i != 20; ++i) {
        EXPECT_TRUE(peer.send(get("/" + std::string(8'000, 'x'))));
        EXPECT_TRUE(receive_answer(peer).starts_with("HTTP/1.1 404"));
    }
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    EXPECT_EQ(server.err(), "http_server: the end of the access log could not be written\n");
}

TEST(HttpServerAmong, NonsenseServesTheOthers) {
    const web_site site;
    site.write("small.txt", "small");
    running_server server = site.serve({"--workers", "2"});
    for (unsigned seed = 1; seed != 200; ++seed) {
        client stranger{server.port()};
        stranger.send(random_bytes(seed * 10, seed));
        if (seed % 2 == 0)
            stranger.reset();
    }
    client other{server.port()};
    EXPECT_TRUE(other.send(get("/small.txt")));
    EXPECT_TRUE(receive_answer(other).ends_with("small"));
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
    EXPECT_EQ(server.err(), "");
}

} // namespace
