// Sends every datagram back to where it came from.

#include <apps/cli/command_line.hpp>

#include <fibers/runtime.hpp>
#include <netio/udp_socket.hpp>

#include <cstddef>
#include <exception>
#include <iostream>
#include <span>
#include <string>
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
    const std::string address = cli::listening_address_or_exit(
        argc, argv, "Sends every datagram back to where it came from.");
    fibers::run([&] { serve(address); });
} catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 1;
}
