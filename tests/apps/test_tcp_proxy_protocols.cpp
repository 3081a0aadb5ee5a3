// TLS on either side, the PROXY protocol in and out, Unix sockets.

#include <tests/apps/client.hpp>
#include <tests/apps/localhost_certificate.hpp>
#include <tests/apps/stub_server.hpp>
#include <tests/apps/tcp_proxy.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <future>
#include <string>
#include <thread>

#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;

/// What openssl, which trusts that certificate, gets back for a line.
finished ask_by_tls(const running_server& server, const localhost_certificate& trusted) {
    const std::string client = "openssl s_client -quiet -no_ign_eof -verify_return_error -CAfile " +
                               trusted.file() + " -connect localhost:" + server.port_text();
    return run({"sh", "-c", "(echo hello; sleep 1) | " + client});
}

running_server tls_echo_server(const localhost_certificate& identity) {
    return echo_server({"--tls", "--certificate", identity.file(), "--key", identity.key()});
}

TEST(TcpProxyTls, IsSpokenWithClients) {
    const localhost_certificate identity;
    const running_server server = echo_server();
    const running_server proxy =
        tcp_proxy({"--tls-listen", identity.file(), identity.key(), "--", address_of(server)});
    const finished answer = ask_by_tls(proxy, identity);
    EXPECT_EQ(answer.out, "hello\n") << answer.err;
    client plain{proxy.port()};
    plain.send("hello, you\n");
    EXPECT_TRUE(plain.is_ended_by_server());
    EXPECT_EQ(proxy.err(), "") << "anybody can do that";
}

TEST(TcpProxyTls, IsSpokenWithBackends) {
    const localhost_certificate identity;
    const running_server server = tls_echo_server(identity);
    const running_server proxy = tcp_proxy({"--tls-backend", "--tls-backend-authority",
                                            identity.file(), "localhost:" + server.port_text()});
    const std::string file = random_bytes(300'000);
    EXPECT_TRUE(run({"nc", "-N", "127.0.0.1", proxy.port_text()}, file).out == file);
}

TEST(TcpProxyTls, IsSpokenOnBothSides) {
    const localhost_certificate identity;
    const running_server server = tls_echo_server(identity);
    const running_server proxy =
        tcp_proxy({"--tls-listen", identity.file(), identity.key(), "--tls-backend",
                   "--tls-backend-authority", identity.file(), "--tls-backend-host", "localhost",
                   address_of(server)});
    const finished answer = ask_by_tls(proxy, identity);
    EXPECT_EQ(answer.out, "hello\n") << answer.err;
}

TEST(TcpProxyTls, ABackendThatProvesNothingGetsNothing) {
    const localhost_certificate identity;
    const running_server server = tls_echo_server(identity);
    const running_server proxy = tcp_proxy({"--tls-backend", "localhost:" + server.port_text()});
    client peer{proxy.port()};
    EXPECT_TRUE(peer.is_ended_by_server());
    EXPECT_NE(proxy.wait_for(" is down: ").find("unknown authority"), std::string::npos);
}

TEST(TcpProxyHeader, TellsABackendWhoTheClientIs) {
    std::promise<std::string> heard;
    const stub_server server{[&](int socket) {
        std::array<char, 200> bytes;
        const auto size = ::recv(socket, bytes.data(), bytes.size(), 0);
        heard.set_value({bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))});
    }};
    const running_server proxy = tcp_proxy({"--send-proxy", "v1", server.address()});
    const client peer{proxy.port()};
    const std::string header = heard.get_future().get();
    EXPECT_TRUE(header.starts_with("PROXY TCP4 127.0.0.1 127.0.0.1 ")) << header;
    EXPECT_TRUE(header.ends_with(' ' + proxy.port_text() + "\r\n")) << header;
}

TEST(TcpProxyHeader, IsReadFromAProxyInFront) {
    const running_server server = echo_server();
    for (const std::string version : {"v1", "v2"}) {
        const running_server behind = tcp_proxy({"--accept-proxy", address_of(server)});
        const running_server front =
            tcp_proxy({"--send-proxy", version, address_of(behind)}, "20ms");
        EXPECT_TRUE(client{front.port()}.is_echoed("nothing but this")) << version;
        std::this_thread::sleep_for(100ms); // some checks, which have a header of their own
        EXPECT_EQ(front.out().find("down"), std::string::npos) << front.out();
        EXPECT_EQ(behind.err(), "");
    }
}

TEST(TcpProxyHeader, ThatIsNoneEndsTheConnection) {
    const running_server server = echo_server();
    const running_server proxy = tcp_proxy({"--accept-proxy", address_of(server)});
    client peer{proxy.port()};
    peer.send("GET / HTTP/1.1\r\n\r\n");
    EXPECT_TRUE(peer.is_ended_by_server());
}

TEST(TcpProxyUnix, BackendsMayBeUnixSockets) {
    const std::string path =
        std::filesystem::temp_directory_path() / ("weft_tcp_proxy_" + std::to_string(::getpid()));
    const process server{{"nc", "-lU", path}};
    while (!std::filesystem::exists(path))
        ::usleep(10'000);
    const running_server proxy = tcp_proxy({"unix:" + path});
    client peer{proxy.port()};
    EXPECT_TRUE(peer.send("hello\n"));
    server.wait_for("hello");
    std::filesystem::remove(path);
}

} // namespace
