#pragma once

#include <netio/buffer.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <sys/socket.h>
#include <sys/uio.h>

namespace netio::detail {

/// What is left of a sequence of buffers that takes several system calls to fill or to send.
template <class Buffer>
class buffer_cursor {
  public:
    explicit buffer_cursor(std::span<const Buffer> buffers) noexcept : rest_{buffers} {}

    std::size_t size_bytes() const noexcept {
        std::size_t sum = 0;
        for (const Buffer& buffer : rest_)
            sum += buffer.size();
        return sum - offset_;
    }

    /// Steps over `count` bytes, which must be there.
    void advance(std::size_t count) noexcept {
        offset_ += count;
        while (!rest_.empty() && offset_ >= rest_.front().size()) {
            offset_ -= rest_.front().size();
            rest_ = rest_.subspan(1);
        }
    }

    /// Calls `visit` with what is left of each buffer until it returns false.
    template <class Visit>
    void for_each(Visit visit) const {
        std::size_t offset = offset_;
        for (const Buffer& buffer : rest_) {
            const Buffer part = buffer.subspan(offset);
            offset = 0;
            if (!part.empty() && !visit(part))
                return;
        }
    }

  private:
    std::span<const Buffer> rest_;
    std::size_t offset_ = 0; // within the first of them
};

/// The next buffers in the form of recvmsg(2) and sendmsg(2). As many as go into 1 KiB: this lies
/// on a fiber's stack, of which every page counts, and a few dozen buffers a call cost next to
/// nothing more than the IOV_MAX = 1024 that the system would take.
class io_vector {
  public:
    template <class Buffer>
    explicit io_vector(const buffer_cursor<Buffer>& cursor) noexcept {
        cursor.for_each([this](const Buffer& part) {
            // The system has one type for both directions.
            entries_[count_++] = {const_cast<std::byte*>(part.data()), part.size()};
            size_ += part.size();
            return count_ != entries_.size();
        });
    }

    std::size_t size_bytes() const noexcept { return size_; }

    msghdr message() noexcept {
        msghdr header{};
        header.msg_iov = entries_.data();
        header.msg_iovlen = count_;
        return header;
    }

  private:
    std::array<iovec, 64> entries_;
    std::size_t count_ = 0;
    std::size_t size_ = 0;
};

} // namespace netio::detail
