#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/name_of.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/read_buffer.hpp>
#include <netio/detail/transfer_all.hpp>
#include <netio/stream.hpp>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>
#include <system_error>

namespace netio {

/// Reads ahead from a stream, which must live longer, so that small reads, lines and looks ahead cost
/// few system calls. It is an input_stream itself; whoever reads the stream beside it misses what has
/// been read ahead.
///
///     netio::buffered_reader reader{stream};
///     for (std::string_view line : reader.lines())
///         answer(line);
///
/// Every call has two forms, as those of the stream have, and fails as the stream's read() does;
/// nothing that was read is lost then, and the call can be made again.
///
/// *May be used by* one fiber or thread at a time.
template <input_stream S>
class buffered_reader {
  public:
    /// How long a line or a look ahead may be. The buffer is allocated by the first read, small, and
    /// grows as far as it must.
    static constexpr std::size_t default_limit = 64 * 1024;

    explicit buffered_reader(S& stream, std::size_t limit = default_limit) noexcept
        : stream_{&stream}, buffer_{std::max<std::size_t>(limit, 1)} {}

    /// Reads what has been read ahead, else what is there; returns how many bytes. 0: the end, or there
    /// was no room.
    /// *Suspends until* something is there.
    std::size_t read(mutable_buffer into) {
        return or_throw([&](std::error_code& ec) { return read(into, ec); });
    }
    std::size_t read(mutable_buffer into, std::error_code& ec);

    /// Fills all the room there is.
    /// *Suspends until* that is done.
    /// *Fails with* errc::end_of_stream if the stream ends before; the error_code form returns how many
    /// bytes have been read.
    void read_exactly(mutable_buffer into) {
        or_throw([&](std::error_code& ec) { read_exactly(into, ec); });
    }
    std::size_t read_exactly(mutable_buffer into, std::error_code& ec);

    /// Shows at least `count` bytes without taking them; fewer only at the end of the stream. They are
    /// there until the next call.
    /// *Suspends until* so many are there.
    /// *Fails with* std::errc::message_size for more than the limit.
    const_buffer peek(std::size_t count = 1) {
        return or_throw([&](std::error_code& ec) { return peek(count, ec); });
    }
    const_buffer peek(std::size_t count, std::error_code& ec);

    /// Takes the first bytes of those that peek() has shown.
    void consume(std::size_t count) noexcept { buffer_.consume(count); }

    /// Takes everything up to `delimiter`, and that too; or what is left when the stream ends, where
    /// the delimiter is missing then. Empty: the end. The text is there until the next call.
    /// *Suspends until* the delimiter has arrived.
    /// *Fails with* std::errc::message_size if it is not among the first `limit` bytes; they are still
    /// there, to be read by any other call.
    std::string_view read_until(std::string_view delimiter) {
        return or_throw([&](std::error_code& ec) { return read_until(delimiter, ec); });
    }
    std::string_view read_until(std::string_view delimiter, std::error_code& ec);

    /// The next line, without its "\n" or "\r\n"; none at the end. The last one may lack a line end.
    /// *Suspends until* it has arrived.
    /// *Fails with* std::errc::message_size if it is longer than the limit.
    std::optional<std::string_view> read_line() {
        return or_throw([&](std::error_code& ec) { return read_line(ec); });
    }
    std::optional<std::string_view> read_line(std::error_code& ec);

    /// The lines until the end of the stream, each there until the next: `for (std::string_view line :
    /// reader.lines())`. Fails as read_line() does.
    class line_range {
      public:
        class iterator {
          public:
            using iterator_concept = std::input_iterator_tag;
            using value_type = std::string_view;
            using difference_type = std::ptrdiff_t;

            explicit iterator(buffered_reader& from) : from_{&from} { ++*this; }

            std::string_view operator*() const noexcept { return *line_; }
            iterator& operator++() {
                line_ = from_->read_line();
                return *this;
            }
            void operator++(int) { ++*this; }

            friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept {
                return !i.line_;
            }

          private:
            buffered_reader* from_;
            std::optional<std::string_view> line_;
        };

        explicit line_range(buffered_reader& from) noexcept : from_{&from} {}
        iterator begin() const { return iterator{*from_}; }
        std::default_sentinel_t end() const noexcept { return {}; }

      private:
        buffered_reader* from_;
    };
    line_range lines() & noexcept { return line_range{*this}; }

    /// How many bytes have been read ahead.
    std::size_t buffered() const noexcept { return buffer_.size(); }

    /// The stream that it reads from.
    S& next_layer() const noexcept { return *stream_; }

  private:
    template <class Operation>
    auto or_throw(Operation operation) const {
        return detail::or_throw(operation,
                                [this] { return "cannot read from " + detail::name_of(*stream_); });
    }

    /// Reads more behind what is there. False: the end, or a failure.
    bool fill(std::error_code& ec) {
        const std::size_t count = stream_->read(buffer_.prepare(), ec);
        buffer_.commit(count);
        return count != 0 && !ec;
    }

    S* stream_;
    detail::read_buffer buffer_;
};

template <input_stream S>
std::size_t buffered_reader<S>::read(mutable_buffer into, std::error_code& ec) {
    ec.clear();
    if (buffer_.size() == 0) {
        // What fills the caller's buffer anyway needs no detour.
        if (into.size() >= std::max<std::size_t>(buffer_.capacity(), 4096) || into.empty())
            return stream_->read(into, ec);
        fill(ec);
    }
    return buffer_.take(into);
}

template <input_stream S>
std::size_t buffered_reader<S>::read_exactly(mutable_buffer into, std::error_code& ec) {
    return detail::read_whole(*this, into, ec);
}

template <input_stream S>
const_buffer buffered_reader<S>::peek(std::size_t count, std::error_code& ec) {
    ec.clear();
    if (count > buffer_.limit())
        ec = std::make_error_code(std::errc::message_size);
    while (!ec && buffer_.size() < count && fill(ec)) {
    }
    return ec ? const_buffer{} : buffer_.bytes();
}

template <input_stream S>
std::string_view buffered_reader<S>::read_until(std::string_view delimiter, std::error_code& ec) {
    ec.clear();
    std::size_t searched = 0; // no delimiter begins before
    for (;;) {
        const std::string_view text = buffer_.text();
        const std::size_t found = text.find(delimiter, searched);
        if (found != text.npos) {
            const std::size_t size = found + delimiter.size();
            buffer_.consume(size);
            return text.substr(0, size);
        }
        if (buffer_.is_full()) {
            ec = std::make_error_code(std::errc::message_size);
            return {};
        }
        searched = text.size() - std::min(text.size(), delimiter.size() - 1);
        if (!fill(ec)) {
            if (ec)
                return {};
            const std::string_view rest = buffer_.text();
            buffer_.consume(rest.size());
            return rest;
        }
    }
}

template <input_stream S>
std::optional<std::string_view> buffered_reader<S>::read_line(std::error_code& ec) {
    std::string_view line = read_until("\n", ec);
    if (ec || line.empty())
        return std::nullopt;
    if (line.ends_with('\n')) {
        line.remove_suffix(1);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
    }
    return line;
}

} // namespace netio
