// The yardstick for TLS: epoll and OpenSSL by hand. Level-triggered and with read-ahead, so that a message
// costs one recv and one send; buffers only while something is in them; a connection owns memory of ours
// only while its peer reads too slowly.

#include <benchmarks/support/listening_socket.hpp>
#include <benchmarks/support/server_options.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace {

constexpr std::size_t buffer_size = 1024;
constexpr int events_at_once = 512;

struct free_openssl {
    void operator()(SSL* connection) const { SSL_free(connection); }
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using ssl_ptr = std::unique_ptr<SSL, free_openssl>;
using context_ptr = std::unique_ptr<SSL_CTX, free_openssl>;

context_ptr make_context(const bench::server_options& options) {
    context_ptr context{SSL_CTX_new(TLS_server_method())};
    if (SSL_CTX_use_certificate_chain_file(context.get(), options.certificate.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context.get(), options.key.c_str(), SSL_FILETYPE_PEM) != 1)
        throw std::runtime_error{"no certificate or key"};
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(context.get(), 1);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    return context;
}

struct connection {
    ssl_ptr tls;
    std::string unsent; // while there is some, nothing is read from the peer
};

class echo_loop {
  public:
    echo_loop(int listener, SSL_CTX* context)
        : listener_{listener}, epoll_{epoll_create1(EPOLL_CLOEXEC)}, context_{context} {
        control(EPOLL_CTL_ADD, listener_, EPOLLIN);
    }

    [[noreturn]] void run() {
        for (;;) {
            const int count = epoll_wait(epoll_, events_.data(), events_at_once, -1);
            for (int i = 0; i < count; ++i) {
                const int fd = events_[i].data.fd;
                if (fd == listener_)
                    accept_all();
                else if (!serve(connections_[fd]))
                    close_connection(fd);
            }
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
            if (fd < 0)
                return;
            if (connections_.size() <= static_cast<std::size_t>(fd))
                connections_.resize(fd * 2);
            connection& peer = connections_[fd];
            peer.tls.reset(SSL_new(context_));
            SSL_set_fd(peer.tls.get(), fd);
            SSL_set_accept_state(peer.tls.get());
            control(EPOLL_CTL_ADD, fd, EPOLLIN);
        }
    }

    /// False: it is over. The first read does the handshake.
    bool serve(connection& peer) {
        ERR_clear_error();
        if (!peer.unsent.empty())
            return send_rest(peer);
        do {
            const int received = SSL_read(peer.tls.get(), buffer_.data(), buffer_size);
            if (received <= 0)
                return wants_more(peer, received);
            const int sent = SSL_write(peer.tls.get(), buffer_.data(), received);
            if (sent < received) {
                peer.unsent.assign(buffer_.data() + std::max(sent, 0), buffer_.data() + received);
                return wants_more(peer, sent);
            }
        } while (SSL_has_pending(peer.tls.get()));
        return true;
    }

    bool send_rest(connection& peer) {
        const int sent =
            SSL_write(peer.tls.get(), peer.unsent.data(), static_cast<int>(peer.unsent.size()));
        if (sent <= 0)
            return wants_more(peer, sent);
        peer.unsent.erase(0, sent);
        if (peer.unsent.empty())
            control(EPOLL_CTL_MOD, SSL_get_fd(peer.tls.get()), EPOLLIN);
        return true;
    }

    bool wants_more(connection& peer, int result) {
        if (result > 0) // a part of it has gone
            return true;
        const int what = SSL_get_error(peer.tls.get(), result);
        if (what == SSL_ERROR_WANT_WRITE)
            control(EPOLL_CTL_MOD, SSL_get_fd(peer.tls.get()), EPOLLIN | EPOLLOUT);
        return what == SSL_ERROR_WANT_WRITE || what == SSL_ERROR_WANT_READ;
    }

    void close_connection(int fd) {
        SSL_shutdown(connections_[fd].tls.get());
        connections_[fd] = {};
        close(fd);
    }

    int listener_;
    int epoll_;
    SSL_CTX* context_;
    std::vector<connection> connections_; // by descriptor
    std::array<char, buffer_size> buffer_;
    std::array<epoll_event, events_at_once> events_;
};

} // namespace

int main(int argc, char** argv) {
    const auto options = bench::parse_server_options(argc, argv, {.tls = true});
    std::signal(SIGPIPE, SIG_IGN); // OpenSSL's writes have no MSG_NOSIGNAL
    const auto context = make_context(options);
    const int listener = bench::open_listening_socket(options.port, SOCK_NONBLOCK);
    bench::announce(listener);
    echo_loop{listener, context.get()}.run();
}
