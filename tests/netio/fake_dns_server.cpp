#include <tests/netio/fake_dns_server.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace test {
namespace {

constexpr std::size_t longest_message = 65535;

void check(bool done, const char* what) {
    if (!done)
        throw std::system_error{errno, std::system_category(), what};
}

int open_socket(int type) {
    const int fd = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    check(fd != -1, "socket");
    return fd;
}

/// False: somebody has the port.
bool bind_to(int fd, const netio::endpoint& local) {
    sockaddr_storage native;
    const auto size = static_cast<socklen_t>(local.to_native(native));
    if (::bind(fd, reinterpret_cast<const sockaddr*>(&native), size) == 0)
        return true;
    check(errno == EADDRINUSE, "bind");
    return false;
}

netio::endpoint name_of(int fd) {
    sockaddr_storage native;
    socklen_t size = sizeof native;
    check(::getsockname(fd, reinterpret_cast<sockaddr*>(&native), &size) == 0, "getsockname");
    return netio::endpoint::from_native(native);
}

bool receive_all(int fd, char* into, std::size_t size) {
    return ::recv(fd, into, size, MSG_WAITALL) == static_cast<ssize_t>(size);
}

} // namespace

fake_dns_server::fake_dns_server(behaviour does, const netio::endpoint& local)
    : behaviour_{std::move(does)} {
    open(local);
    end_ = ::eventfd(0, EFD_CLOEXEC);
    check(end_ != -1, "eventfd");
    thread_ = std::thread{[this] { serve(); }};
}

fake_dns_server::~fake_dns_server() {
    ::eventfd_write(end_, 1);
    thread_.join();
    for (const int fd : {udp_, tcp_, end_})
        ::close(fd);
}

void fake_dns_server::open(const netio::endpoint& local) {
    for (;;) {
        tcp_ = open_socket(SOCK_STREAM);
        const int on = 1;
        ::setsockopt(tcp_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        check(bind_to(tcp_, local), "bind");
        check(::listen(tcp_, 100) == 0, "listen");
        endpoint_ = name_of(tcp_);
        udp_ = open_socket(SOCK_DGRAM);
        // Room for a crowd: what does not fit is lost.
        const int size = 8 << 20;
        ::setsockopt(udp_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        if (bind_to(udp_, endpoint_))
            return;
        ::close(udp_);
        ::close(tcp_);
        check(local.port() == 0, "bind");
    }
}

std::vector<dns_question> fake_dns_server::questions() const {
    const std::lock_guard guard{lock_};
    return questions_;
}

void fake_dns_server::serve() {
    std::array<pollfd, 3> awaited{{{end_, POLLIN, 0}, {udp_, POLLIN, 0}, {tcp_, POLLIN, 0}}};
    while (::poll(awaited.data(), awaited.size(), -1) >= 0 && !awaited[0].revents) {
        if (awaited[1].revents)
            serve_datagram();
        if (awaited[2].revents)
            serve_connection();
    }
}

void fake_dns_server::serve_datagram() {
    std::string message(longest_message, '\0');
    sockaddr_storage from;
    socklen_t from_size = sizeof from;
    auto* const address = reinterpret_cast<sockaddr*>(&from);
    const ssize_t size =
        ::recvfrom(udp_, message.data(), message.size(), MSG_DONTWAIT, address, &from_size);
    if (size <= 0)
        return;
    const auto reaction =
        react(std::string_view{message}.substr(0, static_cast<std::size_t>(size)), false);
    const int fd = reaction.from_other_port ? open_socket(SOCK_DGRAM) : udp_;
    for (const std::string& each : reaction.messages)
        ::sendto(fd, each.data(), each.size(), 0, address, from_size);
    if (fd != udp_)
        ::close(fd);
}

void fake_dns_server::serve_connection() {
    const int fd = ::accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd == -1)
        return;
    const timeval patience{.tv_sec = 5, .tv_usec = 0};
    ::setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::array<char, 2> length{};
    while (receive_all(fd, length.data(), length.size())) {
        std::string message(static_cast<unsigned char>(length[0]) * 256U +
                                static_cast<unsigned char>(length[1]),
                            '\0');
        if (!receive_all(fd, message.data(), message.size()))
            break;
        const auto reaction = react(message, true);
        std::string stream;
        for (const std::string& each : reaction.messages) {
            stream += {static_cast<char>(each.size() >> 8), static_cast<char>(each.size() & 0xff)};
            stream += each;
        }
        stream.resize(std::min(stream.size(), reaction.cut_after));
        ::send(fd, stream.data(), stream.size(), MSG_NOSIGNAL);
        if (stream.size() == reaction.cut_after)
            break;
    }
    ::close(fd);
}

dns_reaction fake_dns_server::react(std::string_view message, bool over_tcp) {
    dns_question asked = parse_question(message);
    asked.over_tcp = over_tcp;
    {
        const std::lock_guard guard{lock_};
        questions_.push_back(asked);
    }
    return behaviour_(asked);
}

fake_dns_server::behaviour silence() {
    return [](const dns_question&) { return dns_reaction{}; };
}

fake_dns_server::behaviour always_rcode(unsigned code) {
    return [code](const dns_question& asked) {
        return dns_reaction{{dns_reply_message{asked}.rcode(code).bytes()}};
    };
}

fake_dns_server::behaviour always_address(std::string address, std::uint32_t ttl) {
    return [address = std::move(address), ttl](const dns_question& asked) {
        dns_reply_message reply{asked};
        if (asked.type == netio::record_type::a)
            reply.answer(asked.type, ttl, a(address));
        return dns_reaction{{reply.bytes()}};
    };
}

} // namespace test
