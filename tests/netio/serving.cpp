#include <tests/netio/serving.hpp>

#include <netio/buffer.hpp>

#include <fibers/this_fiber.hpp>

#include <array>
#include <span>
#include <system_error>

namespace test {

void echo(netio::tcp_stream stream) {
    std::array<std::byte, 64> bytes;
    while (const std::size_t count = stream.read(bytes))
        stream.write_all(std::span{bytes}.first(count));
}

bool is_echoed(netio::tcp_stream& client, const std::string& text) {
    client.write_all(netio::buffer(text));
    std::string back(text.size(), '\0');
    std::error_code ec;
    client.read_exactly(netio::buffer(back), ec);
    return !ec && back == text;
}

bool is_ended(netio::tcp_stream& client) {
    std::array<std::byte, 1> byte;
    std::error_code ec;
    return client.read(byte, ec) == 0 && ec != std::errc::timed_out;
}

void serve_everywhere::wait_until_open(const netio::server& server, std::uint64_t count) {
    while (server.counts().open() != count)
        fibers::this_fiber::sleep_for(std::chrono::milliseconds{1});
}

} // namespace test
