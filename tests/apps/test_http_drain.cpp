// SIGTERM while http_server is at work.

#include <tests/apps/client.hpp>
#include <tests/apps/web_site.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

namespace {

TEST(HttpServerDrains, AnsweringWhatIsUnderWay) {
    const web_site site;
    const std::string large = random_bytes(20'000'000);
    site.write("large.bin", large);
    running_server server = site.serve({"--workers", "2"});
    client reader{server.port()}, writer{server.port()}, idle{server.port()};
    EXPECT_TRUE(reader.send(get("/large.bin")));
    EXPECT_TRUE(reader.receive(1'000).starts_with("HTTP/1.1 200 OK"));
    EXPECT_TRUE(writer.send("GET /nothing HTTP/1.1\r\nHos"));
    EXPECT_TRUE(idle.send(get("/nothing")));
    EXPECT_TRUE(receive_answer(idle).starts_with("HTTP/1.1 404"));
    server.signal(SIGTERM);
    EXPECT_TRUE(idle.is_ended_by_server());
    EXPECT_TRUE(is_refused(server.port()));
    EXPECT_TRUE(writer.send("t: x\r\n\r\n"));
    const std::string last = writer.receive_all();
    EXPECT_NE(last.find("Connection: close\r\n"), last.npos) << last;
    EXPECT_TRUE(reader.receive_all().ends_with(large.substr(large.size() - 1'000)));
    EXPECT_EQ(server.wait(), 0);
}

TEST(HttpServerDrains, NotReadyButServingForAsLongAsItIsTold) {
    const web_site site;
    running_server server = site.serve({"--drain-delay", "500ms"});
    client balancer{server.port()};
    EXPECT_TRUE(balancer.send(get("/healthz")));
    EXPECT_TRUE(receive_answer(balancer).starts_with("HTTP/1.1 200"));
    server.signal(SIGTERM);
    std::string answer;
    do {
        EXPECT_TRUE(balancer.send(get("/healthz/ready")));
        answer = receive_answer(balancer);
    } while (answer.starts_with("HTTP/1.1 200"));
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503")) << answer;
    client other{server.port()};
    EXPECT_TRUE(other.send(get("/healthz/live")));
    EXPECT_TRUE(receive_answer(other).starts_with("HTTP/1.1 200"));
    EXPECT_EQ(server.wait(), 0);
}

TEST(HttpServerDrains, InTheMiddleOfAThousandRequestsAndLosesNone) {
    const web_site site;
    site.write("small.txt", "small");
    for (const char* workers : {"1", "2"}) {
        running_server server = site.serve({"--workers", workers});
        constexpr int clients = 20, requests = 50;
        std::atomic<int> answered = 0, left = 0, lost = 0;
        std::vector<std::thread> threads;
        for (int i = 0; i != clients; ++i)
            threads.emplace_back([&, peer = client{server.port()}]() mutable {
                for (int n = 0; n != requests; ++n) {
                    peer.send(get("/small.txt"));
                    const std::string answer = receive_answer(peer);
                    answer.ends_with("small") ? ++answered : ++lost;
                    if (answer.find("Connection: close") != answer.npos) {
                        left += requests - n - 1; // for whoever comes next
                        return;
                    }
                    std::this_thread::sleep_for(1ms);
                }
            });
        while (answered < clients * requests / 4)
            std::this_thread::sleep_for(1ms);
        server.signal(SIGTERM);
        for (std::thread& thread : threads)
            thread.join();
        EXPECT_EQ(server.wait(), 0) << server.err();
        EXPECT_EQ(lost, 0);
        EXPECT_GT(left, 0) << "that was not in the middle";
        EXPECT_EQ(answered + left, clients * requests);
    }
}

TEST(HttpServerDrains, NoLongerThanItIsTold) {
    const web_site site;
    site.write("large.bin", std::string(50'000'000, 'l'));
    running_server server = site.serve({"--drain-timeout", "300ms"});
    client peer{server.port()};
    EXPECT_TRUE(peer.send(get("/large.bin")));
    EXPECT_EQ(peer.receive(100).size(), 100u); // and no more
    server.signal(SIGTERM);
    EXPECT_EQ(server.wait(), 0);
}

} // namespace
