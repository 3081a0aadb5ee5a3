#pragma once

#include <netio/buffer.hpp>
#include <netio/http/detail/transport.hpp>

#include <fibers/sync/stop_token.hpp>

#include <cstddef>
#include <memory>
#include <string_view>
#include <system_error>

namespace netio::http::detail {

/// What has arrived and nobody has consumed yet. There are two places for it, so that a header stays where
/// it is while the body behind it is read.
class input {
  public:
    explicit input(transport& from) noexcept : from_{from} {}

    std::string_view unread() const noexcept { return {begin_, size()}; }
    std::size_t size() const noexcept { return static_cast<std::size_t>(end_ - begin_); }
    void consume(std::size_t count) noexcept { begin_ += count; }

    /// Before a header is read: what there is goes to the place for headers.
    void begin_header();

    /// Reads more of a header behind what there is, which may move all of it; returns how many bytes. There is
    /// room for `limit` at most, and must be some.
    std::size_t fill_header(std::size_t limit, std::error_code& ec);

    /// Reads the first bytes of a header, after begin_header(), unless that stop comes first; as
    /// transport::read_unless() does.
    std::size_t fill_first(const fibers::stop_token& stopped, std::error_code& ec);

    /// Reads more of a body behind what there is; a header stays where it is. What is unread must be less
    /// than `body_room`.
    std::size_t fill_body(std::error_code& ec);

    static constexpr std::size_t body_room = 16 * 1024;

  private:
    static constexpr std::size_t first_header_room = 2 * 1024;

    struct place {
        std::unique_ptr<char[]> bytes;
        std::size_t size = 0;

        bool holds(const char* at) const noexcept {
            return at != nullptr && at >= bytes.get() && at <= bytes.get() + size;
        }
    };

    void make_room(place& where, std::size_t size);
    void move_unread_to(char* to) noexcept;
    mutable_buffer room_behind(const place& where) const noexcept;
    std::size_t read_behind(const place& where, std::error_code& ec);

    transport& from_;
    place header_, body_;
    char* begin_ = nullptr; // in one of these two
    char* end_ = nullptr;
};

} // namespace netio::http::detail
