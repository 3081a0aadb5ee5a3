#pragma once

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <utility>

namespace bench {

/// Owner of a descriptor.
class client_socket {
  public:
    client_socket() = default;
    explicit client_socket(int fd) : fd_{fd} {}
    client_socket(client_socket&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    client_socket& operator=(client_socket other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~client_socket() {
        if (fd_ >= 0)
            close(fd_);
    }

    explicit operator bool() const { return fd_ >= 0; }
    int fd() const { return fd_; }

  private:
    int fd_ = -1;
};

/// A TCP socket with TCP_NODELAY that is connected, or being connected when `type_flags` has
/// SOCK_NONBLOCK, to 127.0.0.1:`port`. Blocking calls on it give up after some seconds. It leaves
/// from one of several loopback addresses, chosen by `number`: one address alone has some 28,000
/// ports, and each stays taken for a minute after a connection that was closed from this side.
client_socket connect_to(std::uint16_t port, std::size_t number, int type_flags = 0);

} // namespace bench
