#pragma once

#include <fibers/readiness.hpp>

#include <cstddef>
#include <memory>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <system_error>
#include <vector>

namespace netio::detail {

/// A socket that c-ares has asked for, and what is known of it.
class resolver_socket {
  public:
    /// Owns `fd`.
    explicit resolver_socket(int fd) noexcept : readiness{fd}, fd_{fd} {}
    ~resolver_socket();
    resolver_socket(const resolver_socket&) = delete;
    resolver_socket& operator=(const resolver_socket&) = delete;

    int native_handle() const noexcept { return fd_; }

    fibers::readiness readiness;
    /// Whether something waits to be written.
    bool wants_write = false;
    /// Whether the last call on it has found nothing to read, or no room to write.
    bool exhausted = false;

  private:
    const int fd_;
};

/// The sockets of one channel: what c-ares calls instead of the system. They never block, and leave
/// errno as the system does.
class resolver_sockets {
  public:
    int open(int family, int type) noexcept;
    int close(int fd) noexcept;
    int connect(int fd, const sockaddr* address, socklen_t size) noexcept;
    ssize_t receive(int fd, void* into, std::size_t size, int flags, sockaddr* from,
                    socklen_t* from_size) noexcept;
    ssize_t send(int fd, const iovec* from, int count) noexcept;

    /// Null: c-ares has closed it.
    resolver_socket* find(int fd) const noexcept;

    const std::vector<std::unique_ptr<resolver_socket>>& all() const noexcept { return sockets_; }

    /// What the system has reported last, or errc::end_of_stream, since forget_error().
    const std::error_code& error() const noexcept { return error_; }
    void forget_error() noexcept { error_.clear(); }

  private:
    /// Notes how a call went: -1 is errno's failure.
    template <class Result>
    Result note(resolver_socket*, Result result) noexcept;

    std::vector<std::unique_ptr<resolver_socket>> sockets_;
    std::error_code error_;
};

} // namespace netio::detail
