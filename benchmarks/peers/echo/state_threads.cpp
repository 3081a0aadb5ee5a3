// State Threads (libst): user-level threads. Debian builds it without epoll, so it polls; its other
// backend, select, ends at 1,024 descriptors.

#include <benchmarks/support/listening_socket.hpp>
#include <benchmarks/support/server_options.hpp>

#include <st.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace {

void* handle(void* argument) {
    const auto peer = static_cast<st_netfd_t>(argument);
    std::array<char, 1024> buffer;
    for (;;) {
        const ssize_t received = st_read(peer, buffer.data(), buffer.size(), ST_UTIME_NO_TIMEOUT);
        if (received <= 0 ||
            st_write(peer, buffer.data(), received, ST_UTIME_NO_TIMEOUT) != received)
            break;
    }
    st_netfd_close(peer);
    return nullptr;
}

void require(bool good, const char* what) {
    if (!good) {
        std::perror(what);
        std::exit(1);
    }
}

} // namespace

int main(int argc, char** argv) {
    const auto options = bench::parse_server_options(argc, argv);
    std::signal(SIGPIPE, SIG_IGN);
    require(st_set_eventsys(ST_EVENTSYS_POLL) == 0, "st_set_eventsys");
    require(st_init() == 0, "st_init");

    const int socket = bench::open_listening_socket(options.port);
    const st_netfd_t listener = st_netfd_open_socket(socket);
    require(listener != nullptr, "st_netfd_open_socket");
    bench::announce(socket);
    for (;;) {
        const st_netfd_t peer = st_accept(listener, nullptr, nullptr, ST_UTIME_NO_TIMEOUT);
        if (peer && !st_thread_create(handle, peer, 0, 0))
            st_netfd_close(peer);
    }
}
