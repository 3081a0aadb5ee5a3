#include <netio/detail/peer_room.hpp>

#include <netio/detail/immediate.hpp>
#include <netio/detail/native_address.hpp>
#include <netio/detail/socket.hpp>

#include <poll.h>
#include <sys/socket.h>

namespace netio::detail {
namespace {

bool is_writable(int fd) noexcept {
    pollfd asked{fd, POLLOUT, 0};
    return ::poll(&asked, 1, 0) == 1 && asked.revents & POLLOUT;
}

} // namespace

bool is_peer_full(int fd) noexcept {
    return is_writable(fd);
}

void wait_for_room(const unix_endpoint& peer, std::error_code& ec) {
    const auto probe = open_socket(AF_UNIX, SOCK_DGRAM, 0, ec);
    if (ec)
        return;
    const native_address native{peer};
    immediate(
        probe.get(), [&](int fd) { return ::connect(fd, native.get(), native.size); }, ec);
    if (ec)
        return;
    const auto look = [](int fd) {
        if (is_writable(fd))
            return 0;
        errno = EINPROGRESS;
        return -1;
    };
    retry(probe.get(), fibers::direction::write, 0, look, ec);
}

} // namespace netio::detail
