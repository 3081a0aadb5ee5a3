#include <netio/detail/file_engine.hpp>

#include <netio/detail/blocking_call.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/sigpipe_block.hpp>
#include <netio/detail/socket.hpp>
#include <netio/unique_descriptor.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace netio::detail::file_engine {
namespace {

/// blocking_call() on the file's number; 0 on failure.
template <class Call>
std::size_t on_file(descriptor* file, Call call, std::error_code& ec) {
    const descriptor::operation operation{file};
    if (!operation) {
        ec = std::make_error_code(std::errc::bad_file_descriptor);
        return 0;
    }
    const auto perform = [&] { return static_cast<ssize_t>(call(operation.native_handle())); };
    const ssize_t result = blocking_call(perform, ec);
    return result == -1 ? 0 : static_cast<std::size_t>(result);
}

/// What the page cache has; 0 where that cannot be told without the disk.
std::size_t read_cached(descriptor* file, mutable_buffer into, off_t offset) noexcept {
    const descriptor::operation operation{file};
    if (!operation)
        return 0;
    const iovec part{into.data(), into.size()};
    const ssize_t result = ::preadv2(operation.native_handle(), &part, 1, offset, RWF_NOWAIT);
    return result > 0 ? static_cast<std::size_t>(result) : 0;
}

/// sendfile(2), again and again as long as the peer makes room within a moment: a fast one costs one way
/// to the blocking thread for many megabytes, and a slow one holds none.
ssize_t send_to_fast_peer(int file, int to, std::size_t size) noexcept {
    constexpr int moment = 1; // millisecond
    std::size_t sent = 0;
    for (;;) {
        const ssize_t count = ::sendfile(to, file, nullptr, size - sent);
        if (count > 0)
            sent += static_cast<std::size_t>(count);
        if (count == 0 || sent == size)
            break;
        if (count > 0)
            continue;
        if (sent == 0)
            return -1;
        pollfd room{.fd = to, .events = POLLOUT, .revents = 0};
        if (!is_not_yet(errno) || ::poll(&room, 1, moment) != 1)
            break;
    }
    return static_cast<ssize_t>(sent);
}

/// open(2), but for a FIFO, which it refuses: to wait for whoever opens the other end nothing could end.
int open_file(const char* path, int flags, mode_t permissions) noexcept {
    unique_descriptor opened{::open(path, flags | O_NONBLOCK, permissions)};
    if (!opened && is_not_yet(errno)) // somebody has a lease on it, and is asked to give that up
        opened = unique_descriptor{::open(path, flags, permissions)};
    if (!opened) {
        if (errno == ENXIO) // a FIFO that nobody reads
            errno = EOPNOTSUPP;
        return -1;
    }
    struct stat status;
    if (::fstat(opened.get(), &status) == -1)
        return -1;
    if (S_ISFIFO(status.st_mode)) {
        errno = EOPNOTSUPP;
        return -1;
    }
    ::fcntl(opened.get(), F_SETFL, flags); // a device, too, is to be waited for by the thread
    return opened.release();
}

} // namespace

descriptor_owner open(const std::string& path, int flags, mode_t permissions, std::error_code& ec) {
    const auto open_path = [&] { return open_file(path.c_str(), flags | O_CLOEXEC, permissions); };
    const int fd = blocking_call(open_path, ec);
    return fd == -1 ? descriptor_owner{} : take_over(fd, ec);
}

std::size_t read(descriptor* file, mutable_buffer into, std::optional<std::uint64_t> offset,
                 std::error_code& ec) {
    const auto at = static_cast<off_t>(offset.value_or(0));
    if (const std::size_t count = read_cached(file, into, offset ? at : -1)) {
        ec.clear();
        return count;
    }
    const auto call = [&](int fd) {
        return offset ? ::pread(fd, into.data(), into.size(), at)
                      : ::read(fd, into.data(), into.size());
    };
    return on_file(file, call, ec);
}

std::size_t write(descriptor* file, const_buffer from, std::optional<std::uint64_t> offset,
                  std::error_code& ec) {
    const auto at = static_cast<off_t>(offset.value_or(0));
    const auto call = [&](int fd) {
        return offset ? ::pwrite(fd, from.data(), from.size(), at)
                      : ::write(fd, from.data(), from.size());
    };
    return on_file(file, call, ec);
}

std::size_t send(descriptor* file, descriptor* to, std::size_t size, std::error_code& ec) try {
    const descriptor::operation source{file};
    if (!source) {
        ec = std::make_error_code(std::errc::bad_file_descriptor);
        return 0;
    }
    const auto call = [&](int fd) {
        return fibers::blocking([&] {
            const sigpipe_block quiet;
            return send_to_fast_peer(source.native_handle(), fd, size);
        });
    };
    return retry(to, fibers::direction::write, 0, call, ec);
} catch (const std::system_error& error) {
    ec = error.code();
    return 0;
}

void sync(descriptor* file, std::error_code& ec) {
    on_file(file, ::fsync, ec);
}

void sync_data(descriptor* file, std::error_code& ec) {
    on_file(file, ::fdatasync, ec);
}

void truncate(descriptor* file, std::uint64_t size, std::error_code& ec) {
    on_file(
        file, [&](int fd) { return ::ftruncate(fd, static_cast<off_t>(size)); }, ec);
}

std::uint64_t size(descriptor* file, std::error_code& ec) {
    struct stat status {};
    on_file(
        file, [&](int fd) { return ::fstat(fd, &status); }, ec);
    return static_cast<std::uint64_t>(status.st_size);
}

} // namespace netio::detail::file_engine
