#include <apps/thread_echo/blocking_socket.hpp>

#include <fmt/format.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace blocking {
namespace {

[[noreturn]] void fail(const std::string& what, int error = errno) {
    throw std::system_error{error, std::generic_category(), what};
}

sockaddr_in parse(const std::string& text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    const std::size_t colon = std::min(text.rfind(':'), text.size());
    const char* const end = text.data() + text.size();
    std::uint16_t port = 0;
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, port);
    if (colon == text.size() || stop != end || error != std::errc{} ||
        inet_pton(AF_INET, text.substr(0, colon).c_str(), &address.sin_addr) != 1)
        fail("cannot parse \"" + text + '"', EINVAL);
    address.sin_port = htons(port);
    return address;
}

/// Calls again what a signal has interrupted.
template <class Call>
auto uninterrupted(const char* what, Call call) {
    for (;;) {
        const auto result = call();
        if (result >= 0)
            return result;
        if (errno != EINTR)
            fail(what);
    }
}

void turn_on(int fd, int level, int option) {
    const int on = 1;
    ::setsockopt(fd, level, option, &on, sizeof on);
}

} // namespace

socket_handle::~socket_handle() {
    if (fd_ >= 0)
        ::close(fd_);
}

std::size_t tcp_stream::read(std::span<std::byte> into) {
    return static_cast<std::size_t>(uninterrupted(
        "cannot read", [&] { return ::recv(socket_.get(), into.data(), into.size(), 0); }));
}

void tcp_stream::write_all(std::span<const std::byte> from) {
    while (!from.empty()) {
        const auto sent = uninterrupted("cannot write", [&] {
            return ::send(socket_.get(), from.data(), from.size(), MSG_NOSIGNAL);
        });
        from = from.subspan(static_cast<std::size_t>(sent));
    }
}

tcp_listener::tcp_listener(const std::string& address)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
    const sockaddr_in native = parse(address);
    turn_on(socket_.get(), SOL_SOCKET, SO_REUSEADDR);
    if (::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&native), sizeof native) != 0 ||
        ::listen(socket_.get(), SOMAXCONN) != 0)
        fail("cannot listen on " + address);
}

tcp_stream tcp_listener::accept() {
    socket_handle accepted{uninterrupted(
        "cannot accept", [&] { return ::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC); })};
    turn_on(accepted.get(), IPPROTO_TCP, TCP_NODELAY);
    return tcp_stream{std::move(accepted)};
}

std::string tcp_listener::local_endpoint() const {
    sockaddr_in native{};
    socklen_t size = sizeof native;
    if (::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&native), &size) != 0)
        fail("cannot tell the address of a listener");
    char text[INET_ADDRSTRLEN];
    inet_ntop(AF_INET, &native.sin_addr, text, sizeof text);
    return fmt::format("{}:{}", text, ntohs(native.sin_port));
}

} // namespace blocking
