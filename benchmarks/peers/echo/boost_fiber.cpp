// Boost.Fiber's own scheduler and fibers, as shipped, on an algorithm that sleeps in epoll_wait.

#include <benchmarks/peers/echo/epoll_algorithm.hpp>
#include <benchmarks/support/listening_socket.hpp>
#include <benchmarks/support/server_options.hpp>

#include <boost/fiber/fiber.hpp>
#include <boost/fiber/operations.hpp>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace {

class socket_stream {
  public:
    socket_stream(bench::epoll_algorithm& poller, int fd) : fd_{fd} { poller.add(fd_, state_); }
    ~socket_stream() { close(fd_); }

    ssize_t read(char* data, std::size_t size) {
        for (;;) {
            state_.wait_readable();
            const ssize_t received = recv(fd_, data, size, 0);
            if (received < static_cast<ssize_t>(size))
                state_.drained();
            if (received >= 0 || errno != EAGAIN)
                return received;
        }
    }

    bool write_all(const char* data, std::size_t size) {
        while (size > 0) {
            state_.wait_writable();
            const ssize_t sent = send(fd_, data, size, MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN)
                return false;
            if (sent < static_cast<ssize_t>(size))
                state_.filled();
            if (sent > 0) {
                data += sent;
                size -= sent;
            }
        }
        return true;
    }

    int accept() {
        for (;;) {
            const int fd = accept4(fd_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd >= 0 || errno != EAGAIN)
                return fd;
            state_.drained();
            state_.wait_readable();
        }
    }

  private:
    int fd_;
    bench::readiness state_;
};

void handle(bench::epoll_algorithm& poller, int fd) {
    socket_stream peer{poller, fd};
    std::array<char, 1024> buffer;
    for (;;) {
        const ssize_t received = peer.read(buffer.data(), buffer.size());
        if (received <= 0 || !peer.write_all(buffer.data(), received))
            return;
    }
}

} // namespace

int main(int argc, char** argv) {
    const auto options = bench::parse_server_options(argc, argv);
    auto* poller = new bench::epoll_algorithm; // owned by the scheduler
    boost::fibers::context::active()->get_scheduler()->set_algo(poller);

    const int fd = bench::open_listening_socket(options.port, SOCK_NONBLOCK);
    socket_stream listener{*poller, fd};
    bench::announce(fd);
    for (;;) {
        const int peer = listener.accept();
        if (peer >= 0)
            boost::fibers::fiber{handle, std::ref(*poller), peer}.detach();
    }
}
