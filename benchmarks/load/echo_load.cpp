#include <benchmarks/load/echo_load.hpp>

#include <benchmarks/load/connections.hpp>
#include <benchmarks/load/latency.hpp>
#include <benchmarks/load/pattern.hpp>
#include <benchmarks/load/window.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>

namespace bench {
namespace {

struct connection {
    client_socket socket;
    std::size_t sent = 0; // positions in its stream of bytes
    std::size_t received = 0;
    std::size_t allowed = 0; // how far it may send: `depth` messages ahead of what came back

    // One message at a time is timed, and of those that are answered without delay only a few: a
    // look at the clock per message would make the load generator slower than the server.
    std::size_t timed_end = 0; // 0: none under way
    unsigned untimed = 0;      // begins differently in each, so that some are timed at once
    window::clock::time_point timed_from{};
};

class echo_loop {
  public:
    explicit echo_loop(const load_options& options)
        : options_{options}, batch_{options.message_size * options.depth} {
        if (batch_ > pattern::longest)
            throw std::invalid_argument{"message size times depth is at most " +
                                        std::to_string(pattern::longest)};
        for (client_socket& socket : open_connections(options_, bytes_))
            add(std::move(socket));
    }

    nlohmann::json run() {
        window window{options_};
        for (connection& each : connections_)
            send_allowed(each);
        while (window.goes_on(received_ / options_.message_size)) {
            measuring_ = window.measuring();
            const int count = epoll_wait(epoll_.fd(), events_.data(), events_at_once, 50);
            for (int i = 0; i < count; ++i)
                serve(connections_[events_[i].data.u32], events_[i].events);
        }
        nlohmann::json figures = window.figures();
        figures.update(latency_.figures());
        return figures;
    }

  private:
    void add(client_socket socket) {
        epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLET,
                          .data = {.u32 = static_cast<std::uint32_t>(connections_.size())}};
        if (epoll_ctl(epoll_.fd(), EPOLL_CTL_ADD, socket.fd(), &event) != 0)
            throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
        // The first message has been exchanged already.
        connections_.push_back({.socket = std::move(socket),
                                .sent = options_.message_size,
                                .received = options_.message_size,
                                .allowed = options_.message_size + batch_,
                                .untimed = event.data.u32});
    }

    void serve(connection& peer, std::uint32_t events) {
        if (events & (EPOLLIN | EPOLLERR | EPOLLHUP))
            receive(peer);
        if (peer.sent < peer.allowed)
            send_allowed(peer);
    }

    /// No more than `depth` messages can be there: one call gets them all.
    void receive(connection& peer) {
        const ssize_t size = recv(peer.socket.fd(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
        if (size < 0 && errno == EAGAIN)
            return;
        if (size <= 0)
            throw std::runtime_error{size < 0 ? std::system_category().message(errno)
                                              : "the server closed a connection"};
        if (!bytes_.matches(buffer_.data(), size, number(peer), peer.received))
            throw std::runtime_error{"an echo is not what was sent"};
        peer.received += size;
        received_ += size;
        // Whole messages only, counted from the start of the stream.
        peer.allowed = peer.received - peer.received % options_.message_size + batch_;
        if (peer.timed_end && peer.received >= peer.timed_end) {
            if (measuring_)
                latency_.add(window::clock::now() - peer.timed_from);
            peer.timed_end = 0;
        }
    }

    void send_allowed(connection& peer) {
        if (!peer.timed_end && ++peer.untimed % one_timed_in == 0) {
            peer.timed_end = peer.allowed;
            peer.timed_from = window::clock::now();
        }
        const ssize_t size = send(peer.socket.fd(), bytes_.at(number(peer), peer.sent),
                                  peer.allowed - peer.sent, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (size > 0)
            peer.sent += size;
        else if (errno != EAGAIN)
            throw std::system_error{errno, std::generic_category(), "send"};
    }

    std::size_t number(const connection& peer) const { return &peer - connections_.data(); }

    static constexpr int events_at_once = 512;
    static constexpr unsigned one_timed_in = 8;

    const load_options& options_;
    std::size_t batch_;
    pattern bytes_;
    client_socket epoll_{epoll_create1(EPOLL_CLOEXEC)};
    std::vector<connection> connections_;
    std::size_t received_ = 0;
    bool measuring_ = false;
    latency_histogram latency_;
    std::array<char, pattern::longest> buffer_;
    std::array<epoll_event, events_at_once> events_;
};

} // namespace

nlohmann::json echo_load(const load_options& options) {
    return std::make_unique<echo_loop>(options)->run();
}

} // namespace bench
