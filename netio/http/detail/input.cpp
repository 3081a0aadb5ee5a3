#include <netio/http/detail/input.hpp>

#include <algorithm>
#include <cstring>
#include <span>
#include <utility>

namespace netio::http::detail {

void input::begin_header() {
    if (!header_.holds(begin_)) {
        if (const std::size_t least = std::max(size(), first_header_room); header_.size < least)
            header_ = {std::make_unique_for_overwrite<char[]>(least), least};
        move_unread_to(header_.bytes.get());
    } else if (size() == 0) {
        begin_ = end_ = header_.bytes.get();
    }
    body_ = {}; // an idle connection is to cost little
}

std::size_t input::fill_header(std::size_t limit, std::error_code& ec) {
    if (end_ == header_.bytes.get() + header_.size) {
        if (begin_ != header_.bytes.get())
            move_unread_to(header_.bytes.get());
        else
            make_room(header_, std::min(2 * header_.size, limit));
    }
    return read_behind(header_, ec);
}

std::size_t input::fill_first(const fibers::stop_token& stopped, std::error_code& ec) {
    const std::size_t count = from_.read_unless(stopped, room_behind(header_), ec);
    end_ += count;
    return count;
}

std::size_t input::fill_body(std::error_code& ec) {
    if (body_.size == 0)
        make_room(body_, body_room);
    else if (body_.holds(begin_))
        move_unread_to(body_.bytes.get());
    return read_behind(body_, ec);
}

/// A new place of that size, with what was unread at its beginning.
void input::make_room(place& where, std::size_t size) {
    place larger{std::make_unique_for_overwrite<char[]>(size), size};
    move_unread_to(larger.bytes.get());
    where = std::move(larger);
}

void input::move_unread_to(char* to) noexcept {
    const std::size_t count = size();
    if (count != 0)
        std::memmove(to, begin_, count);
    begin_ = to;
    end_ = to + count;
}

mutable_buffer input::room_behind(const place& where) const noexcept {
    return std::as_writable_bytes(std::span{end_, where.bytes.get() + where.size});
}

std::size_t input::read_behind(const place& where, std::error_code& ec) {
    const std::size_t count = from_.read(room_behind(where), ec);
    end_ += count;
    return count;
}

} // namespace netio::http::detail
