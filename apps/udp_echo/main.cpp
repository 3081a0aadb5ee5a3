// Sends every datagram back to where it came from.

#include <fibers/runtime.hpp>
#include <netio/udp_socket.hpp>

#include <cstddef>
#include <exception>
#include <iostream>
#include <span>
#include <system_error>
#include <vector>

namespace {

void serve(const netio::endpoint& local) {
    netio::udp_socket socket{local};
    std::cout << "listening on " << socket.local_endpoint() << std::endl;
    std::vector<std::byte> bytes(65536);
    for (;;) {
        const auto datagram = socket.receive_from(bytes);
        std::error_code lost; // as any datagram may be
        socket.send_to(std::span{bytes}.first(datagram.size), datagram.sender, lost);
    }
}

} // namespace

int main(int argc, char** argv) try {
    fibers::run([&] { serve(argc > 1 ? argv[1] : "127.0.0.1:8080"); });
} catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 1;
}
