// What becomes of http_server when the balancer in front of it dies, or is not there any more without a word.

#include <tests/apps/client.hpp>
#include <tests/apps/tcp_proxy.hpp>
#include <tests/apps/web_site.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <list>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>

using namespace std::chrono_literals;

namespace {

/// What a server has, beside the connection by which it is asked for that.
struct vital_signs {
    int connections, fibers;
    std::ptrdiff_t descriptors;

    bool operator==(const vital_signs&) const = default;

    friend std::ostream& operator<<(std::ostream& out, const vital_signs& signs) {
        return out << signs.connections << " connections, " << signs.fibers << " fibers, "
                   << signs.descriptors << " descriptors";
    }
};

int number_behind(std::string_view name, const std::string& text) {
    return std::stoi(text.substr(text.find(name) + name.size()));
}

vital_signs vital_signs_of(const running_server& server, client& observer) {
    EXPECT_TRUE(observer.send(get("/metrics")));
    const std::string metrics = receive_answer(observer);
    const std::filesystem::directory_iterator open{"/proc/" + std::to_string(server.id()) + "/fd"};
    return {number_behind("\nhttp_connections_open ", metrics),
            number_behind("\nweft_fibers_alive{runtime=\"weft\"} ", metrics),
            std::distance(begin(open), end(open))};
}

/// The signal ends the balancer, or stops it while its connections stay.
class HttpServerLosesItsBalancer : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(By, HttpServerLosesItsBalancer, testing::Values(SIGKILL, SIGSTOP),
                         [](const auto& each) { return each.param == SIGKILL ? "Kill" : "Stop"; });

TEST_P(HttpServerLosesItsBalancer, AndIsAsBeforeForTheNext) {
    const web_site site;
    site.write("small.txt", "small");
    site.write("large.bin", std::string(20'000'000, 'l'));
    const running_server server = site.serve({"--workers", "2", "--idle-timeout", "2s",
                                              "--header-timeout", "2s", "--write-timeout", "1s"});
    client observer{server.port()};
    vital_signs_of(server, observer); // what it makes when it first needs it, it keeps
    const vital_signs before = vital_signs_of(server, observer);
    const running_server balancer = tcp_proxy({address_of(server)});
    std::list<client> idle, asking, reading;
    for (int i = 0; i != 30; ++i) {
        client& peer = idle.emplace_back(balancer.port());
        EXPECT_TRUE(peer.send(get("/small.txt")));
        EXPECT_TRUE(receive_answer(peer).ends_with("small"));
        EXPECT_TRUE(asking.emplace_back(balancer.port()).send("GET / HTTP/1.1\r\nHos"));
    }
    for (int i = 0; i != 10; ++i) {
        client& peer = reading.emplace_back(balancer.port());
        EXPECT_TRUE(peer.send(get("/large.bin")));
        EXPECT_EQ(peer.receive(1'000).size(), 1'000u);
    }
    EXPECT_GE(vital_signs_of(server, observer).connections, before.connections + 40);

    balancer.signal(GetParam());
    vital_signs after{};
    const auto end = std::chrono::steady_clock::now() + patience;
    do {
        std::this_thread::sleep_for(50ms);
        after = vital_signs_of(server, observer);
    } while (after != before && std::chrono::steady_clock::now() < end);
    EXPECT_EQ(after, before);

    const running_server next = tcp_proxy({address_of(server)});
    client peer{next.port()};
    EXPECT_TRUE(peer.send(get("/small.txt")));
    EXPECT_TRUE(receive_answer(peer).ends_with("small"));
}

} // namespace
