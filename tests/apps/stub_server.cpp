#include <tests/apps/stub_server.hpp>

#include <tests/apps/process.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

stub_server::stub_server(std::function<void(int)> serve)
    : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const native = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, native, size) != 0 || ::listen(listener_, 8) != 0 ||
        ::getsockname(listener_, native, &size) != 0)
        throw std::system_error{errno, std::generic_category(), "stub_server"};
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this, serve = std::move(serve)] {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0)
            return;
        const timeval limit{.tv_sec = patience.count(), .tv_usec = 0};
        ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        serve(socket);
        ::close(socket);
    }};
}

stub_server::~stub_server() {
    ::shutdown(listener_, SHUT_RDWR); // ends an accept() that nobody has come to
    thread_.join();
    ::close(listener_);
}

std::string stub_server::address() const {
    return "127.0.0.1:" + std::to_string(port_);
}

void echo_spoilt(int socket, const std::function<void(std::string&, std::size_t)>& spoil) {
    std::array<char, 4096> buffer;
    for (std::size_t position = 0;;) {
        const auto count = ::recv(socket, buffer.data(), buffer.size(), 0);
        if (count <= 0)
            return;
        std::string bytes(buffer.data(), static_cast<std::size_t>(count));
        spoil(bytes, position);
        position += static_cast<std::size_t>(count);
        ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    }
}
