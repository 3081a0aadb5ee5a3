// System calls, and nothing else.

#include <benchmarks/support/file_and_sink.hpp>
#include <benchmarks/support/micro_main.hpp>
#include <benchmarks/support/stopwatch.hpp>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

namespace {

using nlohmann::json;

json copy_file() {
    constexpr int mebibytes = 256;
    const bench::cached_file source{std::size_t{mebibytes} << 20};
    const bench::sink peer;
    const int file = ::open(source.path().c_str(), O_RDONLY);
    const int socket = peer.take_socket();
    ::fcntl(socket, F_SETFL, O_NONBLOCK);
    const int poller = ::epoll_create1(0);
    epoll_event event{.events = EPOLLOUT | EPOLLET, .data = {}};
    ::epoll_ctl(poller, EPOLL_CTL_ADD, socket, &event);
    const double each = bench::nanoseconds_each(mebibytes, [&] {
        ::lseek(file, 0, SEEK_SET);
        ssize_t count;
        while ((count = ::sendfile(socket, file, nullptr, 1 << 20)) != 0)
            if (count == -1)
                ::epoll_wait(poller, &event, 1, -1);
    });
    for (const int fd : {poller, socket, file})
        ::close(fd);
    return {{"ns_per_op", each}};
}

} // namespace

int main(int argc, char** argv) {
    return bench::micro_main(argc, argv, {{"copy_file", copy_file}});
}
