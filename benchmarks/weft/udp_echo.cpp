// Beside the loop of recvmmsg and sendmmsg: batches of the same size.

#include <benchmarks/support/datagrams.hpp>
#include <benchmarks/support/listening_socket.hpp>
#include <benchmarks/support/server_options.hpp>

#include <fibers/runtime.hpp>
#include <netio/udp_socket.hpp>

#include <array>
#include <cstddef>
#include <span>

namespace {

[[noreturn]] void serve(netio::udp_socket& socket) {
    using netio::endpoint;
    constexpr std::size_t most = bench::datagrams_at_once;
    std::array<std::array<std::byte, bench::largest_datagram>, most> rooms;
    std::array<netio::incoming_datagram<endpoint>, most> incoming;
    std::array<netio::outgoing_datagram<endpoint>, most> outgoing;
    for (std::size_t i = 0; i != most; ++i)
        incoming[i].room = rooms[i];
    for (;;) {
        const std::size_t count = socket.receive_batch(incoming);
        for (std::size_t i = 0; i != count; ++i)
            outgoing[i] = {std::span{rooms[i]}.first(incoming[i].received.size),
                           incoming[i].received.sender};
        for (std::size_t sent = 0; sent != count;)
            sent += socket.send_batch(std::span{outgoing}.first(count).subspan(sent));
    }
}

} // namespace

int main(int argc, char** argv) {
    const auto options = bench::parse_server_options(argc, argv);
    const int native = bench::open_datagram_socket(options.port);
    bench::announce(native);
    fibers::run([&] {
        auto socket = netio::udp_socket::adopt(native);
        serve(socket);
    });
}
