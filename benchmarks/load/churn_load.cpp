#include <benchmarks/load/churn_load.hpp>

#include <benchmarks/load/client_socket.hpp>
#include <benchmarks/load/pattern.hpp>
#include <benchmarks/load/window.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace bench {
namespace {

struct visit {
    client_socket socket;
    std::size_t number = 0; // which of all the visits; it chooses the bytes
    std::size_t sent = 0;
    std::size_t received = 0;
};

class churn_loop {
  public:
    explicit churn_loop(const load_options& options)
        : options_{options}, visits_(options.connections) {}

    nlohmann::json run() {
        for (visit& each : visits_)
            start(each);
        window window{options_};
        while (window.goes_on(completed_)) {
            const int count = epoll_wait(epoll_.fd(), events_.data(), events_at_once, 50);
            for (int i = 0; i < count; ++i)
                serve(visits_[events_[i].data.u32]);
        }
        return window.figures();
    }

  private:
    void start(visit& one) {
        const std::size_t number = started_++;
        one = {.socket = connect_to(options_.port, number, SOCK_NONBLOCK), .number = number};
        send_rest(one); // on loopback the connection is there already
        epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET,
                          .data = {.u32 = static_cast<std::uint32_t>(&one - visits_.data())}};
        if (epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, one.socket.fd(), &event) != 0)
            throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
    }

    void serve(visit& one) {
        if (one.sent < options_.message_size)
            send_rest(one);
        const ssize_t size = recv(one.socket.fd(), buffer_.data(), buffer_.size(), 0);
        if (size < 0 && errno == EAGAIN)
            return;
        if (size <= 0)
            throw std::runtime_error{size < 0 ? std::system_category().message(errno)
                                              : "the server closed a connection"};
        if (!bytes_.matches(buffer_.data(), size, one.number, one.received))
            throw std::runtime_error{"an echo is not what was sent"};
        one.received += size;
        if (one.received == options_.message_size) {
            ++completed_;
            start(one);
        }
    }

    void send_rest(visit& one) {
        const ssize_t size = send(one.socket.fd(), bytes_.at(one.number, one.sent),
                                  options_.message_size - one.sent, MSG_NOSIGNAL);
        if (size > 0)
            one.sent += size;
        else if (errno != EAGAIN)
            throw std::system_error{errno, std::generic_category(), "send"};
    }

    static constexpr int events_at_once = 512;

    const load_options& options_;
    pattern bytes_;
    client_socket epoll_{epoll_create1(EPOLL_CLOEXEC)};
    std::vector<visit> visits_;
    std::size_t started_ = 0;
    std::size_t completed_ = 0;
    std::array<char, pattern::longest> buffer_;
    std::array<epoll_event, events_at_once> events_;
};

} // namespace

nlohmann::json churn_load(const load_options& options) {
    return std::make_unique<churn_loop>(options)->run();
}

} // namespace bench
