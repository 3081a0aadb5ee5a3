// What becomes of a connection through the proxy, from its beginning to its end.

#include <tests/apps/client.hpp>
#include <tests/apps/stub_server.hpp>
#include <tests/apps/tcp_proxy.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <future>
#include <string>
#include <thread>

#include <sys/socket.h>

namespace {

using namespace std::chrono_literals;

/// Sends `text` and ends that way; returns what it gets until the other has ended.
std::string say_and_listen(int socket, const std::string& text) {
    ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
    ::shutdown(socket, SHUT_WR);
    std::string heard;
    std::array<char, 4096> buffer;
    for (ssize_t size; (size = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0;)
        heard.append(buffer.data(), static_cast<std::size_t>(size));
    return heard;
}

TEST(TcpProxy, PassesAMegabyteThereAndBackByteForByte) {
    const running_server server = echo_server();
    const running_server proxy = tcp_proxy({address_of(server)});
    const std::string file = random_bytes(1'000'000);
    EXPECT_TRUE(run({"nc", "-N", "127.0.0.1", proxy.port_text()}, file).out == file);
}

TEST(TcpProxy, KeepsAHundredConnectionsApart) {
    const running_server server = echo_server();
    const running_server proxy = tcp_proxy({"--workers", "2", address_of(server)});
    const finished load = run({"echo_load", address_of(proxy), "--connections", "100", "--count",
                               "5000", "--size", "300"});
    EXPECT_EQ(load.code, 0) << load.err;
}

TEST(TcpProxy, PassesOnTheEndOfEitherSideWhileTheOtherGoesOn) {
    std::promise<std::string> heard;
    const stub_server first_to_end{
        [&](int socket) { heard.set_value(say_and_listen(socket, "that is all")); }};
    const running_server to_it = tcp_proxy({first_to_end.address()});
    client late{to_it.port()};
    EXPECT_EQ(late.receive_all(), "that is all");
    EXPECT_TRUE(late.send("but I have something to say"));
    late.finish_sending();
    EXPECT_EQ(heard.get_future().get(), "but I have something to say");

    const running_server server = echo_server();
    const running_server proxy = tcp_proxy({address_of(server)});
    client early{proxy.port()};
    EXPECT_TRUE(early.send("the last word"));
    early.finish_sending();
    EXPECT_EQ(early.receive_all(), "the last word");
}

TEST(TcpProxy, PassesOnAResetAsAReset) {
    std::promise<int> failure;
    const stub_server server{[&](int socket) {
        char byte = 'x';
        ::send(socket, &byte, 1, MSG_NOSIGNAL);
        failure.set_value(::recv(socket, &byte, 1, 0) == -1 ? errno : 0);
    }};
    const running_server proxy = tcp_proxy({server.address()});
    client peer{proxy.port()};
    EXPECT_EQ(peer.receive(1), "x");
    peer.reset();
    EXPECT_EQ(failure.get_future().get(), ECONNRESET)
        << "an orderly end would say that this is all";
}

TEST(TcpProxy, EndsWhatIsIdleAndNothingElse) {
    const running_server server = echo_server();
    const running_server proxy = tcp_proxy({"--idle-timeout", "400ms", address_of(server)});
    client silent{proxy.port()}, busy{proxy.port()};
    EXPECT_TRUE(silent.is_echoed("once"));
    for (int i = 0; i != 10; ++i) {
        EXPECT_TRUE(busy.is_echoed("again")) << i;
        std::this_thread::sleep_for(100ms);
    }
    EXPECT_TRUE(silent.is_ended_by_server());
}

TEST(TcpProxy, LetsConnectionsFinishWhenItIsToEnd) {
    const running_server server = echo_server();
    running_server proxy = tcp_proxy({"--drain-timeout", "20s", address_of(server)});
    client peer{proxy.port()};
    EXPECT_TRUE(peer.is_echoed("before"));
    proxy.signal(SIGTERM);
    proxy.wait_for("connections still open: 1");
    EXPECT_TRUE(is_refused(proxy.port()));
    EXPECT_TRUE(peer.is_echoed("meanwhile"));
    peer.finish_sending();
    EXPECT_EQ(peer.receive_all(), "");
    EXPECT_EQ(proxy.wait(), 0);
    EXPECT_EQ(proxy.wait_for("connections: "),
              "1, without a backend: 0, bytes to backends: 15, to clients: 15");
}

TEST(TcpProxy, EndsConnectionsThatTakeTooLongForThat) {
    const running_server server = echo_server();
    running_server proxy = tcp_proxy({"--drain-timeout", "100ms", address_of(server)});
    client peer{proxy.port()};
    EXPECT_TRUE(peer.is_echoed("before"));
    proxy.signal(SIGINT);
    EXPECT_TRUE(peer.is_ended_by_server());
    EXPECT_EQ(proxy.wait(), 0);
}

} // namespace
