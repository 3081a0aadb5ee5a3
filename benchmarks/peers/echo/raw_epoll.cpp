// The yardstick: what a careful author gets out of epoll by hand. One edge-triggered registration
// per connection for both directions, no read that is known to find nothing, a second read only after
// the other connections had theirs, a table indexed by descriptor, one buffer for all. A connection
// owns memory only while its peer reads too slowly.

#include <benchmarks/support/listening_socket.hpp>
#include <benchmarks/support/server_options.hpp>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <ctime>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace {

constexpr std::size_t buffer_size = 1024;
constexpr int events_at_once = 512;

struct unsent {
    std::array<char, buffer_size> bytes;
    std::size_t begin = 0;
    std::size_t end = 0;
};

struct connection {
    std::unique_ptr<unsent> output; // while it exists, nothing is read from the peer
    std::time_t last_active = 0;
    bool open = false;
    bool queued = false; // to be read from again
};

class echo_loop {
  public:
    echo_loop(int listener, std::chrono::seconds idle_timeout)
        : listener_{listener}
        , epoll_{epoll_create1(EPOLL_CLOEXEC)}
        , idle_timeout_{idle_timeout.count()} {
        control(EPOLL_CTL_ADD, listener_, EPOLLIN);
    }

    [[noreturn]] void run() {
        const int wait = idle_timeout_ ? 1000 : -1; // idle peers are looked for once a second
        for (;;) {
            const int count =
                epoll_wait(epoll_, events_.data(), events_at_once, again_.empty() ? wait : 0);
            if (idle_timeout_)
                watch_the_clock();
            for (int i = 0; i < count; ++i) {
                if (events_[i].data.fd == listener_)
                    accept_all();
                else
                    serve(events_[i].data.fd, events_[i].events);
            }
            serve_again();
        }
    }

  private:
    void control(int operation, int fd, std::uint32_t events) {
        epoll_event event{.events = events, .data = {.fd = fd}};
        if (epoll_ctl(epoll_, operation, fd, &event) != 0)
            throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
    }

    void accept_all() {
        for (;;) {
            const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd >= 0) {
                if (connections_.size() <= static_cast<std::size_t>(fd))
                    connections_.resize(fd * 2);
                connections_[fd].open = true;
                connections_[fd].last_active = now_;
                serve(fd, EPOLLIN); // the first message is often there already
                if (connections_[fd].open)
                    control(EPOLL_CTL_ADD, fd, connection_events);
            } else if (errno == EAGAIN) {
                return;
            } else if (errno == EMFILE || errno == ENFILE) {
                control(EPOLL_CTL_MOD, listener_, 0); // until a connection ends
                accepting_ = false;
                return;
            }
        }
    }

    void serve(int fd, std::uint32_t events) {
        connection& peer = connections_[fd];
        if (!peer.open) // closed earlier in this batch
            return;
        const bool ending = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
        if (peer.output) {
            if (!send_rest(fd, peer))
                return;
        } else if (!ending && !(events & EPOLLIN)) {
            return; // it can be written to, which nobody waits for
        }
        const ssize_t received = recv(fd, buffer_.data(), buffer_.size(), 0);
        if (received <= 0) {
            if (received == 0 || errno != EAGAIN)
                close_connection(fd, peer);
            return;
        }
        peer.last_active = now_;
        if (!send_all(fd, peer, received))
            return;
        // A short read has drained the socket: the next bytes make a new edge, but the end of the
        // stream, if it has been signalled already, does not.
        const bool drained = static_cast<std::size_t>(received) < buffer_.size() && !ending;
        if (!drained && !peer.queued) {
            peer.queued = true;
            again_.push_back(fd);
        }
    }

    /// After all the others have had their turn, by when the next bytes may have come.
    void serve_again() {
        std::swap(again_, serving_again_);
        for (const int fd : serving_again_) {
            connections_[fd].queued = false;
            serve(fd, EPOLLIN);
        }
        serving_again_.clear();
    }

    bool send_all(int fd, connection& peer, std::size_t size) {
        const ssize_t sent = send(fd, buffer_.data(), size, MSG_NOSIGNAL);
        if (sent == static_cast<ssize_t>(size))
            return true;
        if (sent < 0 && errno != EAGAIN) {
            close_connection(fd, peer);
            return false;
        }
        const std::size_t begin = sent < 0 ? 0 : sent;
        peer.output = std::make_unique<unsent>(unsent{buffer_, begin, size});
        return false;
    }

    bool send_rest(int fd, connection& peer) {
        unsent& rest = *peer.output;
        const ssize_t sent =
            send(fd, rest.bytes.data() + rest.begin, rest.end - rest.begin, MSG_NOSIGNAL);
        if (sent < 0) {
            if (errno != EAGAIN)
                close_connection(fd, peer);
            return false;
        }
        peer.last_active = now_;
        rest.begin += sent;
        if (rest.begin < rest.end)
            return false;
        peer.output.reset();
        return true;
    }

    void close_connection(int fd, connection& peer) {
        close(fd);
        peer = {};
        if (!accepting_) {
            control(EPOLL_CTL_MOD, listener_, EPOLLIN);
            accepting_ = true;
        }
    }

    void watch_the_clock() {
        timespec time{};
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
        if (time.tv_sec == now_)
            return;
        now_ = time.tv_sec;
        for (std::size_t fd = 0; fd < connections_.size(); ++fd) {
            connection& peer = connections_[fd];
            if (peer.open && now_ - peer.last_active > idle_timeout_)
                close_connection(static_cast<int>(fd), peer);
        }
    }

    static constexpr std::uint32_t connection_events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

    int listener_;
    int epoll_;
    std::time_t idle_timeout_;
    std::time_t now_ = 0; // in seconds; kept only when there is an idle timeout
    bool accepting_ = true;
    std::vector<connection> connections_; // by descriptor
    std::vector<int> again_;
    std::vector<int> serving_again_;
    std::array<char, buffer_size> buffer_;
    std::array<epoll_event, events_at_once> events_;
};

} // namespace

int main(int argc, char** argv) {
    const auto options =
        bench::parse_server_options(argc, argv, {.workers = true, .idle_timeout = true});

    // Each worker has a listener of its own, and the kernel deals the connections out.
    const int first = bench::open_listening_socket(options.port, SOCK_NONBLOCK);
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < options.workers; ++i) {
        const int listener = bench::open_listening_socket(bench::local_port(first), SOCK_NONBLOCK);
        others.emplace_back([=] { echo_loop{listener, options.idle_timeout}.run(); });
    }
    bench::announce(first);
    echo_loop{first, options.idle_timeout}.run();
}
