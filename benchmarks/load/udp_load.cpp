#include <benchmarks/load/udp_load.hpp>

#include <benchmarks/load/client_socket.hpp>
#include <benchmarks/load/latency.hpp>
#include <benchmarks/load/pattern.hpp>
#include <benchmarks/load/window.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>
#include <vector>

namespace bench {
namespace {

struct sender {
    client_socket socket;
    std::size_t sent = 0; // datagrams
    std::size_t received = 0;
    window::clock::time_point timed_from{}; // when the one was sent that is timed
    std::size_t timed = 0;                  // which one
};

client_socket open_sender(std::uint16_t port) {
    client_socket opened{::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(opened.fd(), reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0)
        throw std::system_error{errno, std::generic_category(), "connect"};
    return opened;
}

class udp_loop {
  public:
    explicit udp_loop(const load_options& options)
        : options_{options}, senders_(options.connections) {
        for (std::size_t i = 0; i != senders_.size(); ++i) {
            senders_[i].socket = open_sender(options.port);
            epoll_event event{.events = EPOLLIN | EPOLLET,
                              .data = {.u32 = static_cast<std::uint32_t>(i)}};
            if (epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, senders_[i].socket.fd(), &event) != 0)
                throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
        }
    }

    nlohmann::json run() {
        window window{options_};
        for (sender& each : senders_)
            send_allowed(each);
        while (window.goes_on(completed_)) {
            const int count = epoll_wait(epoll_.fd(), events_.data(), events_at_once, longest_wait);
            if (count == 0)
                throw std::runtime_error{"a datagram has been lost"};
            for (int i = 0; i < count; ++i)
                serve(senders_[events_[i].data.u32], window.measuring());
        }
        nlohmann::json figures = window.figures();
        figures.update(latency_.figures());
        return figures;
    }

  private:
    void serve(sender& one, bool measuring) {
        for (;;) {
            const ssize_t size = recv(one.socket.fd(), buffer_.data(), buffer_.size(), 0);
            if (size < 0 && errno == EAGAIN)
                break;
            if (size < 0)
                throw std::system_error{errno, std::generic_category(), "recv"};
            if (static_cast<std::size_t>(size) != options_.message_size ||
                !bytes_.matches(buffer_.data(), size, number(one), one.received))
                throw std::runtime_error{"an echo is not what was sent, or one was lost"};
            if (one.received == one.timed && measuring)
                latency_.add(window::clock::now() - one.timed_from);
            ++one.received;
            ++completed_;
        }
        send_allowed(one);
    }

    void send_allowed(sender& one) {
        if (one.received > one.timed || one.sent == 0) {
            one.timed = one.sent;
            one.timed_from = window::clock::now();
        }
        for (; one.sent < one.received + options_.depth; ++one.sent)
            if (send(one.socket.fd(), bytes_.at(number(one), one.sent), options_.message_size, 0) <
                0)
                throw std::system_error{errno, std::generic_category(), "send"};
    }

    std::size_t number(const sender& one) const { return &one - senders_.data(); }

    static constexpr int events_at_once = 512;
    static constexpr int longest_wait = 2'000; // milliseconds

    const load_options& options_;
    const pattern bytes_;
    client_socket epoll_{epoll_create1(EPOLL_CLOEXEC)};
    std::vector<sender> senders_;
    std::size_t completed_ = 0;
    latency_histogram latency_;
    std::array<char, 2048> buffer_;
    std::array<epoll_event, events_at_once> events_;
};

} // namespace

nlohmann::json udp_load(const load_options& options) {
    return std::make_unique<udp_loop>(options)->run();
}

} // namespace bench
