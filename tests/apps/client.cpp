#include <tests/apps/client.hpp>

#include <tests/apps/process.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <random>
#include <system_error>
#include <utility>

namespace {

int new_socket() {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        throw std::system_error{errno, std::generic_category(), "socket"};
    const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    return fd;
}

int connect_to(int fd, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
}

} // namespace

client::client(std::uint16_t port) : fd_{new_socket()} {
    if (connect_to(fd_, port) != 0)
        throw std::system_error{errno, std::generic_category(), "connect"};
}

client::client(client&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}

client& client::operator=(client&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

client::~client() {
    if (fd_ >= 0)
        ::close(fd_);
}

std::string client::address() const {
    sockaddr_in own{};
    socklen_t size = sizeof own;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&own), &size);
    return "127.0.0.1:" + std::to_string(ntohs(own.sin_port));
}

bool client::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void client::finish_sending() {
    ::shutdown(fd_, SHUT_WR);
}

std::string client::receive(std::size_t size) {
    std::string received;
    std::string chunk(std::min<std::size_t>(size, 64 * 1024), '\0');
    while (received.size() < size) {
        const auto count =
            ::recv(fd_, chunk.data(), std::min(chunk.size(), size - received.size()), 0);
        if (count <= 0)
            break;
        received.append(chunk, 0, static_cast<std::size_t>(count));
    }
    return received;
}

std::string client::receive_all() {
    return receive(std::numeric_limits<std::size_t>::max());
}

bool client::is_echoed(std::string_view bytes) {
    return send(bytes) && receive(bytes.size()) == bytes;
}

bool client::hears_nothing_for(int milliseconds) {
    pollfd arrival{.fd = fd_, .events = POLLIN, .revents = 0};
    return ::poll(&arrival, 1, milliseconds) == 0;
}

bool client::is_ended_by_server() {
    char byte;
    const auto count = ::recv(fd_, &byte, 1, 0);
    return count == 0 || (count < 0 && errno == ECONNRESET);
}

void client::reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(fd_, -1));
}

bool is_refused(std::uint16_t port) {
    const int fd = new_socket();
    const bool refused = connect_to(fd, port) != 0 && errno == ECONNREFUSED;
    ::close(fd);
    return refused;
}

std::string random_bytes(std::size_t size, unsigned seed) {
    std::mt19937 random{seed};
    std::string bytes(size, '\0');
    std::generate(bytes.begin(), bytes.end(), [&] { return static_cast<char>(random()); });
    return bytes;
}
