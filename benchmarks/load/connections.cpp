#include <benchmarks/load/connections.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>

namespace bench {
namespace {

constexpr std::size_t group = 256; // far below any backlog

void send_first_message(const client_socket& socket, const char* message, std::size_t size) {
    if (send(socket.fd(), message, size, MSG_NOSIGNAL) != static_cast<ssize_t>(size))
        throw std::system_error{errno, std::generic_category(), "sending a first message"};
}

void expect_echo(const client_socket& socket, const char* message, std::size_t size) {
    std::string echo(size, '\0');
    const ssize_t received = recv(socket.fd(), echo.data(), size, MSG_WAITALL);
    if (received < 0)
        throw std::system_error{errno, std::generic_category(), "waiting for a first echo"};
    if (!std::equal(echo.begin(), echo.end(), message))
        throw std::runtime_error{"a first echo is not what was sent"};
}

} // namespace

std::vector<client_socket> open_connections(const load_options& options, const pattern& bytes) {
    std::vector<client_socket> sockets;
    sockets.reserve(options.connections);
    while (sockets.size() < options.connections) {
        const std::size_t begin = sockets.size();
        const std::size_t end = std::min(begin + group, options.connections);
        for (std::size_t i = begin; i < end; ++i) {
            sockets.push_back(connect_to(options.port, i));
            send_first_message(sockets[i], bytes.at(i, 0), options.message_size);
        }
        for (std::size_t i = begin; i < end; ++i)
            expect_echo(sockets[i], bytes.at(i, 0), options.message_size);
    }
    return sockets;
}

} // namespace bench
