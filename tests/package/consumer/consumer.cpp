// A user's program: one fiber echoes what another sends to it over the loopback.

#include <fibers/runtime.hpp>
#include <netio/tcp.hpp>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <span>
#include <string_view>

namespace {

void echo(netio::tcp_stream stream) {
    std::array<std::byte, 64> buffer;
    while (std::size_t n = stream.read(buffer))
        stream.write_all(std::span{buffer}.first(n));
}

} // namespace

int main() {
    constexpr std::string_view sent = "over and under";
    bool same = false;
    fibers::run([&] {
        netio::tcp_listener listener{"127.0.0.1:0"};
        auto server = fibers::spawn([&] { echo(listener.accept()); });

        auto client = netio::tcp_stream::connect(listener.local_endpoint());
        client.write_all(std::as_bytes(std::span{sent}));
        std::array<std::byte, sent.size()> received;
        client.read_exactly(received);
        same = std::memcmp(received.data(), sent.data(), sent.size()) == 0;

        client.close();
        server.join();
    });
    std::puts(same ? "echoed" : "the echo differs");
    return same ? 0 : 1;
}
