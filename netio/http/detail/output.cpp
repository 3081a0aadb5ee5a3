#include <netio/http/detail/output.hpp>

#include <netio/error.hpp>

#include <fibers/timeout.hpp>

#include <algorithm>

namespace netio::http::detail {

void output::write(std::string_view bytes) {
    if (waiting_.size() + bytes.size() <= most_that_waits) {
        waiting_ += bytes;
        return;
    }
    send(bytes);
}

void output::write_last(std::string_view bytes) {
    if (is_alone_ && bytes.size() >= worth_two_pieces && to_.gathers())
        send(bytes);
    else
        write(bytes);
}

void output::flush() {
    if (!waiting_.empty())
        send({});
}

void output::send_file(file& from, std::uint64_t count) {
    flush();
    move_all(count, [&, left = count](std::error_code& ec) mutable {
        const std::uint64_t sent = to_.send_file(from, left, ec);
        left -= sent;
        if (left != 0 && !ec)
            ec = netio::errc::end_of_stream; // it has become shorter than it was
        return sent;
    });
}

template <class Step>
void output::move_all(std::uint64_t count, Step step) {
    const auto enough =
        options_.minimum_rate * static_cast<std::uint64_t>(options_.write_timeout.count()) / 1000;
    for (std::uint64_t done = 0; done != count && !failure_;) {
        const fibers::timeout_scope limit{options_.write_timeout};
        std::error_code ec;
        const std::uint64_t moved = step(ec);
        done += moved;
        if (ec && (ec != std::errc::timed_out || moved == 0 || moved < enough))
            failure_ = ec;
    }
}

void output::send(std::string_view last) {
    const_buffer first = buffer(waiting_), second = buffer(last);
    move_all(first.size() + second.size(), [&](std::error_code& ec) {
        const std::size_t sent = to_.write_all(first, second, ec);
        const std::size_t of_first = std::min(sent, first.size());
        first = first.subspan(of_first);
        second = second.subspan(sent - of_first);
        return sent;
    });
    waiting_.clear();
    if (waiting_.capacity() > 4 * most_that_waits)
        waiting_ = {};
}

} // namespace netio::http::detail
