#pragma once

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <system_error>
#include <utility>

namespace test {

/// An open descriptor.
class descriptor {
  public:
    explicit descriptor(int handle) : handle_{handle} {
        if (handle < 0)
            throw std::system_error{errno, std::generic_category(), "descriptor"};
    }
    ~descriptor() { close(); }
    descriptor(descriptor&& other) noexcept : handle_{std::exchange(other.handle_, -1)} {}
    descriptor& operator=(descriptor&&) = delete;

    int handle() const { return handle_; }

    void close() {
        if (const int open = std::exchange(handle_, -1); open >= 0)
            ::close(open);
    }

    /// Writes one byte. False: there is no room.
    bool put() const { return ::write(handle_, "x", 1) == 1; }

    /// Takes one byte. False: there is none.
    bool take() const {
        char byte = 0;
        return ::read(handle_, &byte, 1) == 1;
    }

    /// Takes what there is; how many bytes.
    std::size_t drain() const {
        char block[4096];
        std::size_t count = 0;
        for (ssize_t n = 0; (n = ::read(handle_, block, sizeof block)) > 0;)
            count += static_cast<std::size_t>(n);
        return count;
    }

    /// Puts bytes until no more fit.
    void fill() const {
        const char block[4096]{};
        while (::write(handle_, block, sizeof block) > 0) {
        }
    }

  private:
    int handle_;
};

/// Two ends that don't block.
struct descriptor_pair {
    descriptor reader;
    descriptor writer;
};

inline descriptor_pair nonblocking_pipe() {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_NONBLOCK | O_CLOEXEC) != 0)
        throw std::system_error{errno, std::generic_category(), "pipe2"};
    return {descriptor{ends[0]}, descriptor{ends[1]}};
}

inline descriptor_pair nonblocking_socketpair() {
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) != 0)
        throw std::system_error{errno, std::generic_category(), "socketpair"};
    return {descriptor{ends[0]}, descriptor{ends[1]}};
}

} // namespace test
