#include <benchmarks/support/name_server.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace bench {
namespace {

/// A pointer to the question's name; type A, class IN, an hour to live; 127.0.0.2.
constexpr std::array<unsigned char, 16> answer{0xc0, 12,   0, 1, 0,   1, 0, 0,
                                               0x0e, 0x10, 0, 4, 127, 0, 0, 2};
constexpr std::size_t longest_question = 512;

void check(int result, const char* what) {
    if (result == -1)
        throw std::system_error{errno, std::system_category(), what};
}

} // namespace

name_server::name_server() : socket_{::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)} {
    check(socket_, "socket");
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const native = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    check(::bind(socket_, native, size), "bind");
    check(::getsockname(socket_, native, &size), "getsockname");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread{[this] { serve(); }};
}

name_server::~name_server() {
    ::shutdown(socket_, SHUT_RDWR); // wakes the thread
    thread_.join();
    ::close(socket_);
}

void name_server::serve() const {
    std::array<unsigned char, longest_question + answer.size()> message;
    for (;;) {
        sockaddr_storage from;
        socklen_t from_size = sizeof from;
        auto* const native = reinterpret_cast<sockaddr*>(&from);
        const ssize_t received =
            ::recvfrom(socket_, message.data(), longest_question, 0, native, &from_size);
        if (received <= 0)
            return;
        const auto size = static_cast<std::size_t>(received);
        message[2] = 0x81; // a reply
        message[3] = 0x80;
        message[7] = 1; // with one answer
        std::ranges::copy(answer, message.begin() + received);
        ::sendto(socket_, message.data(), size + answer.size(), 0, native, from_size);
    }
}

} // namespace bench
