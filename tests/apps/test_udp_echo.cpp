// udp_echo, with the clients that people have.

#include <tests/apps/client.hpp>
#include <tests/apps/running_server.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

TEST(UdpEcho, AnswersNc) {
    const running_server server{{"udp_echo", "127.0.0.1:0"}};
    const std::string text = random_bytes(1000);
    EXPECT_TRUE(run({"nc", "-u", "-w", "1", "127.0.0.1", server.port_text()}, text).out == text);
}

TEST(UdpEcho, AnswersSocat) {
    if (!is_installed("socat"))
        GTEST_SKIP() << "no socat here";
    const running_server server{{"udp_echo", "127.0.0.1:0"}};
    const std::string text = random_bytes(1000);
    EXPECT_TRUE(run({"socat", "-t", "1", "-", "UDP4:127.0.0.1:" + server.port_text()}, text).out ==
                text);
}

TEST(UdpEcho, KeepsTheDatagramsOfPythonApart) {
    if (!is_installed("python3"))
        GTEST_SKIP() << "no Python here";
    const running_server server{{"udp_echo", "127.0.0.1:0"}};
    const finished python = run({"python3", "-c", R"(
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
    peer.settimeout(20)
    peer.connect(("127.0.0.1", int(sys.argv[1])))
    for size in 0, 1, 1472, 65507:
        peer.send(bytes(size))
        print(len(peer.recv(65536)))
)",
                                 server.port_text()});
    EXPECT_EQ(python.code, 0) << python.err;
    EXPECT_EQ(python.out, "0\n1\n1472\n65507\n");
}

TEST(UdpEcho, APortInUseIsOneLineAndExitCodeOne) {
    const running_server first{{"udp_echo", "127.0.0.1:0"}};
    const std::string address = "127.0.0.1:" + first.port_text();
    const finished second = run({"udp_echo", address});
    EXPECT_EQ(second.code, 1);
    EXPECT_TRUE(second.err.ends_with("udp_echo: cannot receive on " + address +
                                     ": Address already in use\n"))
        << second.err;
}

} // namespace
