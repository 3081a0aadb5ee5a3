#include <netio/detail/tls_bytes.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace netio::detail {
namespace {

constexpr std::size_t least_room = 512, most_room_while_idle = 4096;

// For any record, RFC 5246 section 6.2.3: 16 KiB, what encryption adds, and the header. As large as
// OpenSSL's own buffers, so that the allocator hands out the same memory again.
constexpr std::size_t room_for_a_record = 17 * 1024;

} // namespace

std::size_t tls_input::next_size() noexcept {
    burst_ += filled_;
    if (size_ != 0 && filled_ == size_)
        return room_for_a_record;
    const std::size_t last = std::exchange(burst_, 0);
    // By half at a time, where messages of several sizes take turns.
    return std::clamp(std::bit_ceil(std::max(last, size_ / 2)), least_room, most_room_while_idle);
}

mutable_buffer tls_input::room() {
    if (const std::size_t size = next_size(); size != size_) {
        room_ = std::make_unique_for_overwrite<std::byte[]>(size);
        size_ = size;
    }
    filled_ = taken_ = 0;
    return {room_.get(), size_};
}

std::size_t tls_input::take(mutable_buffer into) noexcept {
    const std::size_t count = std::min(into.size(), filled_ - taken_);
    std::copy_n(room_.get() + taken_, count, into.data());
    taken_ += count;
    return count;
}

void tls_output::append(const_buffer more) {
    bytes_.insert(bytes_.end(), more.begin(), more.end());
}

void tls_output::advance(std::size_t count) noexcept {
    sent_ += count;
    if (sent_ == bytes_.size())
        *this = {};
}

} // namespace netio::detail
