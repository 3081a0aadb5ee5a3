#include <netio/detail/socket_path.hpp>

#include <netio/detail/immediate.hpp>
#include <netio/detail/native_address.hpp>
#include <netio/detail/native_error.hpp>
#include <netio/detail/pause.hpp>
#include <netio/detail/socket.hpp>

#include <fibers/now.hpp>

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <string>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace netio::detail {
namespace {

bool is_socket(const char* path) noexcept {
    struct stat status;
    return ::lstat(path, &status) == 0 && S_ISSOCK(status.st_mode);
}

/// Whether the file is a socket's that has ended without removing it: to connect is refused. Another
/// kind of file would refuse it, too.
bool is_stale(int type, const unix_endpoint& endpoint) {
    std::error_code ec;
    const auto probe = open_socket(AF_UNIX, type, 0, ec);
    if (ec || !is_socket(std::string{endpoint.path()}.c_str()))
        return false;
    const native_address native{endpoint};
    immediate(
        probe.get(), [&](int fd) { return ::connect(fd, native.get(), native.size); }, ec);
    return ec == std::errc::connection_refused;
}

} // namespace

socket_path::socket_path(const unix_endpoint& endpoint) noexcept : endpoint_{endpoint} {
    struct stat status;
    if (::lstat(std::string{endpoint_.path()}.c_str(), &status) == 0) {
        device_ = status.st_dev;
        inode_ = status.st_ino;
    } else {
        kept_ = true;
    }
}

void socket_path::remove() noexcept {
    if (kept_.exchange(true))
        return;
    const std::string path{endpoint_.path()};
    struct stat status;
    if (::lstat(path.c_str(), &status) == 0 && status.st_dev == device_ && status.st_ino == inode_)
        ::unlink(path.c_str());
}

bind_turn::bind_turn(const unix_endpoint& endpoint, std::error_code& ec) {
    using namespace std::chrono_literals;
    ec.clear();
    if (!endpoint.is_path())
        return;
    const auto folder = std::filesystem::path{endpoint.path()}.parent_path();
    folder_ = unique_descriptor{
        ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!folder_)
        return;
    // Others' turns take microseconds.
    const auto end = fibers::now() + 1s;
    while (::flock(folder_.get(), LOCK_EX | LOCK_NB) == -1 &&
           native_error() == std::errc::operation_would_block && fibers::now() < end && !ec)
        ec = pause(1ms);
}

std::unique_ptr<socket_path> bind_path(int fd, int type, const unix_endpoint& endpoint,
                                       bool replace_stale, bool remove, std::error_code& ec) {
    detail::bind(fd, endpoint, ec);
    if (ec == std::errc::address_in_use && replace_stale && endpoint.is_path() &&
        is_stale(type, endpoint)) {
        ::unlink(std::string{endpoint.path()}.c_str());
        detail::bind(fd, endpoint, ec);
    }
    if (ec || !remove || !endpoint.is_path())
        return nullptr;
    return std::make_unique<socket_path>(endpoint);
}

} // namespace netio::detail
