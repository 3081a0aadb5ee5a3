#include <benchmarks/load/client_socket.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <system_error>

namespace bench {
namespace {

constexpr std::size_t source_addresses = 16;

sockaddr_in loopback(std::uint32_t last_byte, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl((127u << 24) + last_byte);
    address.sin_port = htons(port);
    return address;
}

void check(int result, const char* what) {
    if (result < 0)
        throw std::system_error{errno, std::generic_category(), what};
}

template <class T>
void set_option(int fd, int level, int option, const T& value, const char* what) {
    check(setsockopt(fd, level, option, &value, sizeof value), what);
}

} // namespace

client_socket connect_to(std::uint16_t port, std::size_t number, int type_flags) {
    client_socket socket{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | type_flags, 0)};
    check(socket.fd(), "socket");
    set_option(socket.fd(), IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY");
    if (!(type_flags & SOCK_NONBLOCK)) {
        const timeval limit{.tv_sec = 5, .tv_usec = 0};
        set_option(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, limit, "SO_RCVTIMEO");
        set_option(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, limit, "SO_SNDTIMEO");
    }

    // The port is chosen by connect(), which knows the peer, rather than by bind().
    set_option(socket.fd(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1, "IP_BIND_ADDRESS_NO_PORT");
    const sockaddr_in source = loopback(1 + number % source_addresses, 0);
    check(bind(socket.fd(), reinterpret_cast<const sockaddr*>(&source), sizeof source), "bind");

    const sockaddr_in target = loopback(1, port);
    const int result =
        connect(socket.fd(), reinterpret_cast<const sockaddr*>(&target), sizeof target);
    if (result < 0 && errno != EINPROGRESS)
        check(result, "connect");
    return socket;
}

} // namespace bench
