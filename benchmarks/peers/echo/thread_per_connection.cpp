// A thread and two blocking calls per connection: the program whose looks Weft wants to keep.

#include <benchmarks/support/listening_socket.hpp>
#include <benchmarks/support/server_options.hpp>

#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>

namespace {

bool send_all(int fd, const char* data, std::size_t size) {
    while (size > 0) {
        const ssize_t sent = send(fd, data, size, MSG_NOSIGNAL);
        if (sent < 0)
            return false;
        data += sent;
        size -= sent;
    }
    return true;
}

void handle(int fd) {
    std::array<char, 1024> buffer;
    for (;;) {
        const ssize_t received = recv(fd, buffer.data(), buffer.size(), 0);
        if (received <= 0 || !send_all(fd, buffer.data(), received))
            break;
    }
    close(fd);
}

/// std::thread has no say in the stack size; 8 MiB each would be unkind to ten thousand threads.
void use_small_stacks() {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 64 * 1024);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

} // namespace

int main(int argc, char** argv) {
    const auto options = bench::parse_server_options(argc, argv);
    use_small_stacks();
    const int listener = bench::open_listening_socket(options.port);
    bench::announce(listener);
    for (;;) {
        const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        if (fd >= 0)
            std::thread{handle, fd}.detach();
    }
}
