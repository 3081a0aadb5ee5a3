// Which backend gets a connection, and what happens when backends come and go.

#include <tests/apps/client.hpp>
#include <tests/apps/tcp_proxy.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <list>
#include <string>
#include <thread>
#include <vector>

namespace {

/// What it has served, which it tells in the end.
std::string served_by(running_server& server) {
    server.signal(SIGTERM);
    server.wait();
    return server.wait_for("connections served: ");
}

/// An address where nobody listens, and nobody else can as long as this lives.
class deserted {
  public:
    deserted() {
        sockaddr_in any{.sin_family = AF_INET,
                        .sin_port = 0,
                        .sin_addr = {htonl(INADDR_LOOPBACK)},
                        .sin_zero = {}};
        socklen_t size = sizeof any;
        EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&any), size), 0);
        EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&any), &size), 0);
        port_ = ntohs(any.sin_port);
    }
    deserted(const deserted&) = delete;
    deserted& operator=(const deserted&) = delete;
    ~deserted() { ::close(socket_); }

    std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  private:
    const int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    unsigned port_ = 0;
};

TEST(TcpProxyBackends, TakeTurns) {
    running_server one = echo_server(), other = echo_server();
    const running_server proxy = tcp_proxy({address_of(one), address_of(other)});
    for (int i = 0; i != 6; ++i)
        EXPECT_TRUE(client{proxy.port()}.is_echoed("a"));
    EXPECT_EQ(served_by(one), "3, bytes echoed: 3");
    EXPECT_EQ(served_by(other), "3, bytes echoed: 3");
}

TEST(TcpProxyBackends, ShareWhatOneThatIsDownWouldHaveHad) {
    running_server one = echo_server(), other = echo_server();
    const deserted dead;
    const running_server proxy = tcp_proxy({dead.address(), address_of(one), address_of(other)});
    for (int i = 0; i != 9; ++i)
        EXPECT_TRUE(client{proxy.port()}.is_echoed("a"));
    const std::string by_one = served_by(one), by_other = served_by(other);
    EXPECT_TRUE(by_one.starts_with('4') || by_one.starts_with('5')) << by_one;
    EXPECT_TRUE(by_other.starts_with('4') || by_other.starts_with('5')) << by_other;
}

TEST(TcpProxyBackends, WithFewerConnectionsComeFirst) {
    running_server one = echo_server(), other = echo_server();
    const running_server proxy = tcp_proxy(
        {"--balance", "least-connections", "--workers", "1", address_of(one), address_of(other)});
    std::vector<client> guests;
    for (int i = 0; i != 4; ++i) {
        guests.emplace_back(proxy.port());
        EXPECT_TRUE(guests.back().is_echoed("a"));
    }
    guests.clear();
    EXPECT_EQ(served_by(one), "2, bytes echoed: 2");
    EXPECT_EQ(served_by(other), "2, bytes echoed: 2");
}

TEST(TcpProxyBackends, OneThatIsDeadIsPassedOver) {
    const running_server alive = echo_server();
    const deserted nobody;
    const std::string dead = nobody.address();
    const running_server proxy = tcp_proxy({dead, address_of(alive)});
    for (int i = 0; i != 10; ++i)
        EXPECT_TRUE(client{proxy.port()}.is_echoed("hello")) << i;
    EXPECT_EQ(proxy.wait_for(dead + " is down: "),
              "cannot connect to " + dead + ": Connection refused");
}

TEST(TcpProxyBackends, AllDeadAClientIsTurnedAwayAndTheProxyGoesOn) {
    const deserted one, other;
    running_server proxy = tcp_proxy({"--retries", "1", one.address(), other.address()});
    for (int i = 0; i != 2; ++i) {
        client peer{proxy.port()};
        EXPECT_TRUE(peer.is_ended_by_server());
    }
    proxy.signal(SIGTERM);
    EXPECT_EQ(proxy.wait(), 0);
    EXPECT_EQ(proxy.wait_for("without a backend: "), "2, bytes to backends: 0, to clients: 0");
    EXPECT_EQ(proxy.err(), "");
}

TEST(TcpProxyBackends, AreSeenToDieAndToComeBack) {
    running_server server = echo_server();
    const running_server proxy = tcp_proxy({address_of(server)}, "50ms");
    EXPECT_TRUE(client{proxy.port()}.is_echoed("hello"));
    server.signal(SIGKILL);
    server.wait();
    proxy.wait_for(address_of(server) + " is down");
    const running_server again{{"echo_server", "--port", server.port_text()}};
    proxy.wait_for(address_of(server) + " is up");
    EXPECT_TRUE(client{proxy.port()}.is_echoed("hello again"));
}

TEST(TcpProxyBackends, ThatDieEndTheirOwnConnectionsAndTheOthersTakeOver) {
    running_server doomed = echo_server();
    const running_server other = echo_server();
    const running_server proxy =
        tcp_proxy({"--workers", "2", address_of(doomed), address_of(other)}, "50ms");
    std::list<client> guests;
    for (int i = 0; i != 20; ++i)
        EXPECT_TRUE(guests.emplace_back(proxy.port()).is_echoed("a"));
    doomed.signal(SIGKILL);
    doomed.wait();
    proxy.wait_for(address_of(doomed) + " is down");
    int lost = 0;
    for (client& guest : guests)
        if (!guest.is_echoed("b")) {
            EXPECT_TRUE(guest.is_ended_by_server());
            ++lost;
        }
    EXPECT_EQ(lost, 10) << "they have taken turns";
    for (int i = 0; i != 20; ++i)
        EXPECT_TRUE(client{proxy.port()}.is_echoed("c"));
}

TEST(TcpProxyBackends, ThatDieUnderLoadTakeOnlyTheirOwnConnectionsWithThem) {
    running_server doomed = echo_server();
    const running_server other = echo_server();
    const running_server proxy =
        tcp_proxy({"--workers", "2", address_of(doomed), address_of(other)});
    constexpr int clients = 4;
    std::atomic<int> served{0}, lost{0};
    std::vector<std::thread> load;
    for (int i = 0; i != clients; ++i)
        load.emplace_back([&] {
            for (int visit = 0; visit != 200; ++visit)
                ++(client{proxy.port()}.is_echoed("hello") ? served : lost);
        });
    while (served < 100)
        std::this_thread::yield();
    doomed.signal(SIGKILL);
    for (std::thread& each : load)
        each.join();
    EXPECT_LE(lost, clients) << "each was in at most one when it died";
    EXPECT_EQ(served + lost, clients * 200);
    EXPECT_TRUE(client{proxy.port()}.is_echoed("still there"));
}

} // namespace
