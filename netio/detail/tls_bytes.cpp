#include <netio/detail/tls_bytes.hpp>

#include <algorithm>

namespace netio::detail {

mutable_buffer tls_input::room() {
    const bool was_full = filled_ == (large_ ? large_size : little_.size());
    filled_ = taken_ = 0;
    if (!was_full) {
        large_.reset();
        return little_;
    }
    if (!large_)
        large_ = std::make_unique_for_overwrite<std::byte[]>(large_size);
    return {large_.get(), large_size};
}

std::size_t tls_input::take(mutable_buffer into) noexcept {
    const std::byte* const from = (large_ ? large_.get() : little_.data()) + taken_;
    const std::size_t count = std::min(into.size(), filled_ - taken_);
    std::copy_n(from, count, into.data());
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
