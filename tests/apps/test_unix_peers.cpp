// Unix sockets of netio, with the clients that people have.

#include <tests/apps/client.hpp>
#include <tests/apps/process.hpp>
#include <tests/netio/temporary_folder.hpp>

#include <fibers/runtime.hpp>
#include <netio/unix_listener.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

namespace {

class UnixPeers : public testing::Test {
  protected:
    test::temporary_folder folder_;
    const std::string path_ = folder_ / "s";
    netio::unix_listener listener_{netio::unix_endpoint::from_path(path_)};
};

TEST_F(UnixPeers, EchoesAMegabyteThroughSocat) {
    if (!is_installed("socat"))
        GTEST_SKIP() << "no socat here";
    std::jthread server{[&] {
        fibers::run([&] {
            auto stream = listener_.accept();
            std::vector<std::byte> bytes(10'000);
            while (const std::size_t count = stream.read(bytes))
                stream.write_all(std::span{bytes}.first(count));
        });
    }};
    const std::string file = random_bytes(1'000'000);
    EXPECT_TRUE(run({"socat", "-t", "20", "-", "UNIX-CONNECT:" + path_}, file).out == file);
}

TEST_F(UnixPeers, ReceivesDescriptorsAndCredentialsFromPython) {
    if (!is_installed("python3"))
        GTEST_SKIP() << "no Python here";
    std::string text(32, '\0');
    netio::peer_credentials who;
    std::jthread server{[&] {
        fibers::run([&] {
            auto stream = listener_.accept();
            who = stream.credentials();
            std::array<std::byte, 8> bytes;
            const auto received = stream.receive_descriptors(bytes);
            ASSERT_EQ(received.descriptors.size(), 1u);
            const ssize_t count = ::read(received.descriptors[0].get(), text.data(), text.size());
            text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
            stream.send_descriptors(netio::buffer("!"), std::array{received.descriptors[0].get()});
        });
    }};
    const finished python = run({"python3", "-c", R"(
import os, socket, sys
with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as peer:
    peer.settimeout(20)
    peer.connect(sys.argv[1])
    readable, writable = os.pipe()
    os.write(writable, b"through a pipe")
    socket.send_fds(peer, [b"x"], [readable])
    data, received, flags, address = socket.recv_fds(peer, 8, 4)
    print(os.getpid(), data.decode(), os.fstat(received[0]).st_ino == os.fstat(readable).st_ino)
)",
                                 path_});
    server.join();
    EXPECT_EQ(python.code, 0) << python.err;
    EXPECT_EQ(text, "through a pipe");
    EXPECT_EQ(python.out, std::to_string(who.process) + " ! True\n");
}

} // namespace
