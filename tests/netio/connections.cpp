#include <tests/netio/connections.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <random>
#include <sys/socket.h>

namespace test {

connection connect(const netio::tcp_listener_options& options) {
    netio::tcp_listener listener{"127.0.0.1:0", options};
    auto client = netio::tcp_stream::connect(listener.local_endpoint());
    return {std::move(client), listener.accept()};
}

std::vector<std::byte> pattern(std::size_t size, unsigned seed) {
    std::mt19937_64 random{seed};
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; i += sizeof(std::uint64_t)) {
        const std::uint64_t word = random();
        std::memcpy(&bytes[i], &word, std::min(sizeof word, size - i));
    }
    return bytes;
}

std::string read_text(netio::tcp_stream& stream) {
    std::string text;
    std::string piece(4096, '\0');
    while (const std::size_t count = stream.read(netio::buffer(piece)))
        text.append(piece, 0, count);
    return text;
}

void reset(netio::tcp_stream& stream) {
    stream.set_option(netio::linger{std::chrono::seconds{0}});
    stream.close();
}

std::size_t fill(netio::tcp_stream& stream) {
    const std::vector<std::byte> bytes(1 << 16);
    std::size_t total = 0;
    ssize_t count;
    // Past the stream: its write() would wait for room.
    while ((count = ::send(stream.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL)) > 0)
        total += static_cast<std::size_t>(count);
    // What has arrived is acknowledged after some 40 ms, and then a few bytes more would have room.
    const int smallest = 1;
    ::setsockopt(stream.native_handle(), SOL_SOCKET, SO_SNDBUF, &smallest, sizeof smallest);
    return total;
}

std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"})
        ++count;
    return count - 1; // the one that reads the directory
}

} // namespace test
