#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>

/// Just as much of TCP as a server with a thread for each connection needs: every call blocks its
/// thread, and throws a std::system_error when it fails.
namespace blocking {

/// A socket, closed at the end.
class socket_handle {
  public:
    explicit socket_handle(int fd) noexcept : fd_{fd} {}
    socket_handle(socket_handle&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
    socket_handle& operator=(socket_handle&&) = delete;
    ~socket_handle();

    int get() const noexcept { return fd_; }

  private:
    int fd_;
};

class tcp_stream {
  public:
    explicit tcp_stream(socket_handle socket) noexcept : socket_{std::move(socket)} {}

    /// Returns how many bytes it has read; 0: the peer has finished.
    std::size_t read(std::span<std::byte> into);
    void write_all(std::span<const std::byte> from);

  private:
    socket_handle socket_;
};

class tcp_listener {
  public:
    /// `address` is IPv4, as in "127.0.0.1:8080"; port 0 picks a free one.
    explicit tcp_listener(const std::string& address);

    tcp_stream accept();
    std::string local_endpoint() const;

  private:
    socket_handle socket_;
};

} // namespace blocking
