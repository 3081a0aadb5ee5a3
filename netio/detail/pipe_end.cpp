#include <netio/detail/pipe_end.hpp>

#include <netio/detail/descriptor.hpp>
#include <netio/detail/native_error.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netio::detail {
namespace {

/// What is always ready for epoll(7), or refused by it.
bool is_file(const struct stat& status) noexcept {
    return S_ISREG(status.st_mode) || S_ISDIR(status.st_mode) || S_ISBLK(status.st_mode);
}

} // namespace

void blocking_mode_keeper::restore() noexcept {
    const unique_descriptor duplicate{duplicate_.exchange(-1)};
    if (duplicate)
        ::fcntl(duplicate.get(), F_SETFL, ::fcntl(duplicate.get(), F_GETFL) & ~O_NONBLOCK);
}

pipe_end pipe_end::adopt(int fd, std::string name, std::error_code& ec) {
    ec.clear();
    struct stat status;
    const int flags = ::fcntl(fd, F_GETFL);
    if (flags == -1 || ::fstat(fd, &status) == -1) {
        ec = native_error();
        return {};
    }
    pipe_end end;
    end.name_ = std::move(name);
    end.is_file_ = detail::is_file(status);
    if (!end.is_file_ && !(flags & O_NONBLOCK)) {
        unique_descriptor duplicate{::fcntl(fd, F_DUPFD_CLOEXEC, 0)};
        if (!duplicate || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == -1) {
            ec = native_error();
            return {};
        }
        end.former_mode_ = blocking_mode_keeper{std::move(duplicate)};
    }
    end.owner_ = descriptor::make(fd, ec);
    return end;
}

pipe_end pipe_end::borrow(int fd, int access, std::string name, std::error_code& ec) {
    struct stat status;
    if (::fstat(fd, &status) == -1) {
        ec = native_error();
        return {};
    }
    unique_descriptor own;
    // A file is not: it would begin at the beginning.
    if (S_ISCHR(status.st_mode) || S_ISFIFO(status.st_mode)) {
        const std::string path = "/proc/self/fd/" + std::to_string(fd);
        own = unique_descriptor{::open(path.c_str(), access | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)};
    }
    if (!own)
        own = unique_descriptor{::fcntl(fd, F_DUPFD_CLOEXEC, 0)};
    if (!own) {
        ec = native_error();
        return {};
    }
    pipe_end end = adopt(own.get(), std::move(name), ec);
    if (!ec)
        static_cast<void>(own.release());
    return end;
}

int pipe_end::release(std::error_code& ec) noexcept {
    const int fd = owner_.release(ec);
    if (!ec)
        former_mode_.restore();
    return fd;
}

} // namespace netio::detail
