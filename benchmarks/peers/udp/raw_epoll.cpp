// The yardstick for UDP: what has come is fetched by recvmmsg, as much as a batch holds, and sent back by
// sendmmsg; epoll is asked only where a batch was not full.

#include <benchmarks/support/datagrams.hpp>
#include <benchmarks/support/listening_socket.hpp>
#include <benchmarks/support/server_options.hpp>

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace {

class echo_loop {
  public:
    explicit echo_loop(int socket) : socket_{socket}, epoll_{epoll_create1(EPOLL_CLOEXEC)} {
        epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.fd = socket}};
        if (epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) != 0)
            throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
    }

    [[noreturn]] void run() {
        for (;;) {
            epoll_event event;
            epoll_wait(epoll_, &event, 1, -1);
            while (echo_batch() == bench::datagrams_at_once)
                ;
        }
    }

  private:
    /// Returns how many there were.
    std::size_t echo_batch() {
        for (std::size_t i = 0; i != bench::datagrams_at_once; ++i) {
            parts_[i] = {buffers_[i].data(), buffers_[i].size()};
            msghdr& header = messages_[i].msg_hdr;
            header = {};
            header.msg_name = &peers_[i];
            header.msg_namelen = sizeof peers_[i];
            header.msg_iov = &parts_[i];
            header.msg_iovlen = 1;
        }
        const int count =
            recvmmsg(socket_, messages_.data(), bench::datagrams_at_once, MSG_DONTWAIT, nullptr);
        if (count <= 0)
            return 0;
        for (int i = 0; i < count; ++i)
            parts_[i].iov_len = messages_[i].msg_len;
        for (int sent = 0; sent < count;) {
            const int more = sendmmsg(socket_, messages_.data() + sent, count - sent, 0);
            if (more < 0)
                throw std::system_error{errno, std::generic_category(), "sendmmsg"};
            sent += more;
        }
        return count;
    }

    int socket_;
    int epoll_;
    std::array<std::array<char, bench::largest_datagram>, bench::datagrams_at_once> buffers_;
    std::array<sockaddr_in, bench::datagrams_at_once> peers_;
    std::array<iovec, bench::datagrams_at_once> parts_;
    std::array<mmsghdr, bench::datagrams_at_once> messages_;
};

} // namespace

int main(int argc, char** argv) {
    const auto options = bench::parse_server_options(argc, argv);
    const int socket = bench::open_datagram_socket(options.port);
    bench::announce(socket);
    echo_loop{socket}.run();
}
