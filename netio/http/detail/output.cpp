#include <netio/http/detail/output.hpp>

#include <netio/error.hpp>

#include <fibers/timeout.hpp>

#include <algorithm>

namespace netio::http::detail {
namespace {

/// What is sent within one time limit: less would cost calls, more would let a slow peer stay long.
constexpr std::size_t largest_piece = 256 * 1024;
constexpr std::uint64_t largest_piece_of_file = 4 << 20;

} // namespace

void output::write(std::string_view bytes) {
    if (waiting_.size() + bytes.size() <= most_that_waits) {
        waiting_ += bytes;
        return;
    }
    do {
        const std::string_view piece = bytes.substr(0, largest_piece);
        send(piece);
        bytes.remove_prefix(piece.size());
    } while (!bytes.empty());
}

void output::flush() {
    if (!waiting_.empty())
        send({});
}

void output::send_file(file& from, std::uint64_t count) {
    flush();
    while (count != 0 && !failure_) {
        const std::uint64_t piece = std::min(count, largest_piece_of_file);
        const fibers::timeout_scope limit{limit_for(piece)};
        const std::uint64_t sent = to_.send_file(from, piece, failure_);
        if (sent != piece && !failure_)
            failure_ = netio::errc::end_of_stream; // it has become shorter than it was
        count -= piece;
    }
}

std::chrono::milliseconds output::limit_for(std::uint64_t count) const {
    return options_.write_timeout +
           std::chrono::milliseconds{1000 * count /
                                     std::max<std::size_t>(options_.minimum_rate, 1)};
}

void output::send(std::string_view last) {
    if (!failure_) {
        const fibers::timeout_scope limit{limit_for(waiting_.size() + last.size())};
        to_.write_all(buffer(waiting_), buffer(last), failure_);
    }
    waiting_.clear();
    if (waiting_.capacity() > 4 * most_that_waits)
        waiting_ = {};
}

} // namespace netio::http::detail
