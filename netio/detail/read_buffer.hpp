#pragma once

#include <netio/buffer.hpp>

#include <cstddef>
#include <memory>
#include <string_view>

namespace netio::detail {

/// Bytes that have been read and not yet taken, in one piece.
///
/// |           taken already | not yet taken | room           |
/// 0                   begin_|           end_|       capacity_|
class read_buffer {
  public:
    /// Allocates nothing until the first prepare(), and never grows beyond `limit` bytes.
    explicit read_buffer(std::size_t limit) noexcept : limit_{limit} {}

    std::size_t size() const noexcept { return end_ - begin_; }
    std::size_t capacity() const noexcept { return capacity_; }
    std::size_t limit() const noexcept { return limit_; }
    bool is_full() const noexcept { return size() == limit_; }

    const_buffer bytes() const noexcept { return {storage_.get() + begin_, size()}; }
    std::string_view text() const noexcept {
        return {reinterpret_cast<const char*>(storage_.get() + begin_), size()};
    }

    /// Room for more, of at least one byte; the buffer must not be full. What bytes() and text() gave
    /// is void then.
    mutable_buffer prepare();
    /// So many bytes of the room have been filled.
    void commit(std::size_t count) noexcept { end_ += count; }

    /// Takes away the first ones. What bytes() and text() gave stays readable until prepare().
    void consume(std::size_t count) noexcept;
    /// Moves the first ones, as many as there are and fit; returns how many.
    std::size_t take(mutable_buffer into) noexcept;

  private:
    void grow();

    std::unique_ptr<std::byte[]> storage_;
    std::size_t begin_ = 0, end_ = 0, capacity_ = 0;
    std::size_t limit_;
};

} // namespace netio::detail
