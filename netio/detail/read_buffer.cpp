#include <netio/detail/read_buffer.hpp>

#include <algorithm>
#include <cstring>

namespace netio::detail {
namespace {

constexpr std::size_t first_capacity = 4096;

} // namespace

mutable_buffer read_buffer::prepare() {
    if (end_ == capacity_) {
        if (begin_ == 0) {
            grow();
        } else {
            std::memmove(storage_.get(), storage_.get() + begin_, size());
            end_ = size();
            begin_ = 0;
        }
    }
    return {storage_.get() + end_, capacity_ - end_};
}

void read_buffer::consume(std::size_t count) noexcept {
    begin_ += count;
    if (begin_ == end_)
        begin_ = end_ = 0;
}

std::size_t read_buffer::take(mutable_buffer into) noexcept {
    const std::size_t count = std::min(into.size(), size());
    if (count != 0)
        std::memcpy(into.data(), storage_.get() + begin_, count);
    consume(count);
    return count;
}

void read_buffer::grow() {
    const std::size_t wanted = std::min(limit_, std::max(first_capacity, 2 * capacity_));
    auto larger = std::make_unique_for_overwrite<std::byte[]>(wanted);
    if (size() != 0)
        std::memcpy(larger.get(), storage_.get(), size());
    storage_ = std::move(larger);
    capacity_ = wanted;
}

} // namespace netio::detail
