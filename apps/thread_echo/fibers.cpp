// An echo server in which each connection is served by a function that simply blocks.

#include <apps/cli/command_line.hpp>
#include <fibers/runtime.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <netio/tcp.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <mutex>
#include <span>
#include <string>
#include <system_error>

namespace net = netio;
using namespace std::chrono_literals;

namespace {

struct {
    fibers::mutex mutex;
    std::uint64_t connections = 0;
    std::uint64_t bytes = 0;
} served;

void count(std::uint64_t connections, std::uint64_t bytes) {
    std::scoped_lock lock{served.mutex};
    served.connections += connections;
    served.bytes += bytes;
}

void handle(net::tcp_stream stream) try {
    count(1, 0);
    std::array<std::byte, 1024> buffer;
    while (std::size_t n = stream.read(buffer)) {
        stream.write_all(std::span{buffer}.first(n));
        count(0, n);
    }
} catch (const std::system_error&) {
    // The peer is gone.
}

void report() {
    for (std::uint64_t told = 0;;) {
        fibers::this_fiber::sleep_for(1s);
        std::scoped_lock lock{served.mutex};
        if (served.bytes != told)
            std::cout << served.connections << " connections, " << served.bytes << " bytes\n"
                      << std::flush;
        told = served.bytes;
    }
}

void serve(const std::string& address) {
    net::tcp_listener listener{address};
    std::cout << "listening on " << listener.local_endpoint() << std::endl;
    fibers::spawn(report).detach();
    for (;;)
        fibers::spawn(handle, listener.accept()).detach();
}

} // namespace

int main(int argc, char** argv) try {
    const std::string address = cli::listening_address_or_exit(
        argc, argv, "An echo server with a thread for each connection.");
    fibers::run([&] { serve(address); });
} catch (const std::exception& error) {
    std::cerr << argv[0] << ": " << error.what() << '\n';
    return 1;
}
