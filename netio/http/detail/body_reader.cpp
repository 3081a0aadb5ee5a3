#include <netio/http/detail/body_reader.hpp>

#include <netio/http/error.hpp>

#include <fibers/now.hpp>
#include <fibers/timeout.hpp>

#include <algorithm>
#include <array>
#include <chrono>

namespace netio::http::detail {
namespace {

/// What is read and dropped to keep a connection; more is not worth it.
constexpr std::uint64_t most_to_skip = 256 * 1024;

} // namespace

std::size_t body_reader::read(std::span<char> into, std::error_code& ec) {
    ec = failure_;
    if (ec || is_done() || into.empty())
        return 0;
    if (const auto length = parser_.length(); length && *length > most_) {
        ec = failure_ = errc::body_too_large;
        return 0;
    }
    std::size_t count = 0;
    while (count == 0 && !is_done()) {
        count = in_.size() != 0 ? parse(into, ec) : 0;
        if (count == 0 && !is_done() && !ec)
            count = receive(into, ec);
        if (ec)
            return 0;
    }
    received_ += count;
    if (received_ > most_) {
        ec = failure_ = errc::body_too_large;
        return 0;
    }
    return count;
}

std::size_t body_reader::parse(std::span<char> into, std::error_code& ec) {
    std::span<char> room = into;
    in_.consume(parser_.read_body(in_.unread(), room, failure_));
    // What begins a chunk, or is behind the last one, has bounds too.
    if (!failure_ && in_.size() >= input::body_room && room.size() == into.size() && !is_done())
        failure_ = errc::bad_request;
    ec = failure_;
    return into.size() - room.size();
}

std::size_t body_reader::receive(std::span<char> into, std::error_code& ec) {
    if (owes_continue_ && !out_.is_answering()) {
        owes_continue_ = false;
        out_.append("HTTP/1.1 100 Continue\r\n\r\n");
    }
    out_.flush(); // nobody is to wait for an answer until the next body is complete
    const auto length = parser_.length();
    const auto allowed = options_.body_timeout +
                         std::chrono::milliseconds{1000 * received_ /
                                                   std::max<std::size_t>(options_.minimum_rate, 1)};
    const auto begin = fibers::now();
    std::size_t count = 0, direct = 0;
    {
        const fibers::timeout_scope limit{
            std::max<std::chrono::nanoseconds>(allowed - waited_, {})};
        if (length && in_.size() == 0) {
            const auto left =
                static_cast<std::size_t>(std::min<std::uint64_t>(*length - received_, into.size()));
            count = direct = from_.read(std::as_writable_bytes(into.first(left)), ec);
        } else {
            count = in_.fill_body(ec);
        }
    }
    waited_ += fibers::now() - begin;
    if (ec == std::errc::timed_out && waited_ >= allowed)
        ec = errc::timeout;
    else if (!ec && count == 0)
        ec = errc::bad_request; // the peer has ended in the middle
    if (ec != std::errc::operation_canceled && (ec != std::errc::timed_out || ec == errc::timeout))
        failure_ = ec; // after the handler's own deadline, or in a shield, it could go on
    return direct;
}

bool body_reader::skip() {
    std::array<char, 4096> nowhere;
    std::error_code ec;
    limit(std::min(most_, received_ + most_to_skip));
    while (!is_done() && !ec)
        read(nowhere, ec);
    return !ec;
}

} // namespace netio::http::detail
