#include <netio/http/detail/connection.hpp>

#include <netio/http/error.hpp>

#include <fibers/now.hpp>
#include <fibers/timeout.hpp>

#include <array>

namespace netio::http::detail {

void connection::run() {
    sequel next = sequel::next_request;
    try {
        const std::size_t most = parts_.options.max_requests;
        for (std::size_t count = 1; next == sequel::next_request; ++count)
            next = serve_one(most == 0 || count < most);
        parts_.out.flush();
        if (next == sequel::linger && !parts_.out.has_failed())
            linger();
    } catch (const std::system_error&) {
        // A stop of this fiber or its deadline: the connection ends, whatever is under way.
    }
    parts_.below.close();
}

sequel connection::serve_one(bool may_go_on) {
    parts_.in.begin_header();
    if (parts_.in.size() == 0 && !wait_for_request())
        return sequel::close;
    std::error_code ec;
    const std::size_t size = find_header(ec);
    exchange each{parts_};
    if (ec)
        return each.refuse(ec);
    const std::string_view header = parts_.in.unread().substr(0, size);
    parts_.in.consume(size);
    return each.answer(header, may_go_on);
}

/// False: there comes none.
bool connection::wait_for_request() {
    parts_.out.flush();
    if (parts_.out.has_failed())
        return false;
    const connection_options& options = parts_.options;
    std::error_code ec;
    const fibers::timeout_scope idle{options.idle_timeout};
    if (parts_.in.fill_first(options.drain, ec) != 0)
        return true;
    if (!options.drain.stop_requested())
        return false;
    const fibers::timeout_scope grace{options.drain_grace};
    return parts_.in.fill_header(options.max_header_bytes, ec) != 0;
}

/// How long the header is that comes next; all of it is there then.
std::size_t connection::find_header(std::error_code& ec) {
    const connection_options& options = parts_.options;
    while (parts_.in.unread().starts_with("\r\n")) // RFC 9112, 2.2
        parts_.in.consume(2);
    header_end end;
    std::size_t size = end.find(parts_.in.unread(), ec);
    if (size == 0 && !ec) {
        parts_.out.flush(); // nobody is to wait for an answer until the next question is complete
        const auto deadline = fibers::now() + options.header_timeout;
        const fibers::timeout_scope limit{deadline};
        while (size == 0 && !ec && parts_.in.size() < options.max_header_bytes) {
            const std::size_t count = parts_.in.fill_header(options.max_header_bytes, ec);
            if (ec == std::errc::timed_out && fibers::now() >= deadline)
                ec = errc::timeout;
            else if (!ec && count == 0)
                ec = std::make_error_code(std::errc::connection_aborted);
            if (!ec)
                size = end.find(parts_.in.unread(), ec);
        }
    }
    if (!ec && (size == 0 || size > options.max_header_bytes)) {
        const bool is_target = parts_.in.unread().find('\n') == std::string_view::npos;
        ec = is_target ? errc::target_too_long : errc::header_too_large;
    }
    return size;
}

/// Closing while the peer still sends would make its kernel forget the last answer (RFC 9112, 9.6).
void connection::linger() {
    constexpr std::size_t most = 1024 * 1024;
    std::error_code ec;
    parts_.below.shutdown_write(ec);
    const fibers::timeout_scope limit{parts_.options.linger_timeout};
    std::array<std::byte, 4096> nowhere;
    for (std::size_t done = 0; !ec && done < most;) {
        const std::size_t count = parts_.below.read(nowhere, ec);
        if (count == 0)
            return;
        done += count;
    }
}

} // namespace netio::http::detail
