#pragma once

#include <netio/buffer.hpp>

#include <cstddef>
#include <memory>
#include <vector>

namespace netio::detail {

/// Bytes from the peer, on their way to OpenSSL.
///
/// Most connections wait most of the time, and while they do, room for what comes next must be there:
/// as much as the last messages took, within bounds, so that one system call fetches the next; and
/// room for a whole record as long as there is always more to come.
class tls_input {
  public:
    /// For one reader at a time, when all has been taken.
    mutable_buffer room();

    /// `size` bytes have been put into the room; they are there to be taken.
    void fill(std::size_t size) noexcept { filled_ = size; }

    /// Moves as much as there is to `into`; returns how many bytes.
    std::size_t take(mutable_buffer into) noexcept;

  private:
    std::size_t next_size() noexcept;

    std::unique_ptr<std::byte[]> room_;
    std::size_t size_ = 0;
    std::size_t filled_ = 0;
    std::size_t taken_ = 0;
    std::size_t burst_ = 0; // what has come without a pause
};

/// Bytes from OpenSSL, on their way to the peer. It holds no memory while it is empty.
class tls_output {
  public:
    bool empty() const noexcept { return bytes_.empty(); }

    /// Throws std::bad_alloc.
    void append(const_buffer);

    const_buffer rest() const noexcept { return const_buffer{bytes_}.subspan(sent_); }

    /// So many bytes of the rest have been sent.
    void advance(std::size_t count) noexcept;

  private:
    std::vector<std::byte> bytes_;
    std::size_t sent_ = 0;
};

struct tls_bytes {
    tls_input input;
    tls_output output;
};

} // namespace netio::detail
