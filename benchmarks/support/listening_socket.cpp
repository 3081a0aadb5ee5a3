#include <benchmarks/support/listening_socket.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace bench {
namespace {

void check(int result, const char* what) {
    if (result < 0)
        throw std::system_error{errno, std::generic_category(), what};
}

void bind_to_loopback(int socket, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
}

void enable(int socket, int level, int option, const char* what) {
    const int on = 1;
    check(setsockopt(socket, level, option, &on, sizeof on), what);
}

} // namespace

int open_listening_socket(std::uint16_t port, int type_flags) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | type_flags, 0);
    check(fd, "socket");
    enable(fd, SOL_SOCKET, SO_REUSEADDR, "SO_REUSEADDR");
    enable(fd, SOL_SOCKET, SO_REUSEPORT, "SO_REUSEPORT");
    enable(fd, IPPROTO_TCP, TCP_NODELAY, "TCP_NODELAY");

    bind_to_loopback(fd, port);
    check(listen(fd, SOMAXCONN), "listen");
    return fd;
}

int open_datagram_socket(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    check(fd, "socket");
    const int room = 8 << 20;
    check(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room), "SO_RCVBUF");
    bind_to_loopback(fd, port);
    return fd;
}

std::uint16_t local_port(int socket) {
    sockaddr_in address{};
    socklen_t length = sizeof address;
    check(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length), "getsockname");
    return ntohs(address.sin_port);
}

void announce(int listening_socket) {
    std::printf("listening on 127.0.0.1:%u\n", local_port(listening_socket));
    std::fflush(stdout);
}

} // namespace bench
