#include <apps/chat_client/keyboard.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace {

int open_anew() {
    const int fd = ::open("/dev/stdin", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd == -1)
        throw std::system_error{errno, std::system_category(), "cannot read the keyboard"};
    return fd;
}

} // namespace

keyboard::keyboard() : fd_{open_anew()} {}

keyboard::~keyboard() {
    readiness_.shut();
    ::close(fd_);
}

std::size_t keyboard::read(std::span<std::byte> into) {
    for (;;) {
        // A file has no readiness, epoll_ctl(2) says: it is always ready.
        const std::error_code ec = readiness_.wait(fibers::direction::read);
        if (ec && ec != std::errc::operation_not_permitted)
            throw std::system_error{ec, "cannot read the keyboard"};
        const auto count = ::read(fd_, into.data(), into.size());
        if (count >= 0) {
            readiness_.still_ready(fibers::direction::read);
            return static_cast<std::size_t>(count);
        }
        if (errno != EAGAIN && errno != EINTR)
            throw std::system_error{errno, std::system_category(), "cannot read the keyboard"};
    }
}
