#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/name_of.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/stream.hpp>

#include <cstddef>
#include <system_error>
#include <vector>

namespace netio {

/// Collects what is written to a stream, which must live longer, and hands it on in large pieces. It is
/// an output_stream itself.
///
///     netio::buffered_writer writer{stream};
///     for (const auto& row : table)
///         writer.write_all(netio::buffer(row));
///     writer.flush();
///
/// Every call has two forms, as those of the stream have, and fails as the stream's write() does. What
/// the stream has not taken then stays, and goes with the next flush().
///
/// What has not been flushed is lost with the object: a destructor could not say that it failed.
///
/// *May be used by* one fiber or thread at a time.
template <output_stream S>
class buffered_writer {
  public:
    static constexpr std::size_t default_capacity = 8 * 1024;

    explicit buffered_writer(S& stream, std::size_t capacity = default_capacity)
        : stream_{&stream}, capacity_{capacity} {}
    buffered_writer(const buffered_writer&) = delete;
    buffered_writer& operator=(const buffered_writer&) = delete;

    /// Takes everything; returns how many bytes that is. What does not fit is flushed before; what is
    /// larger than the whole buffer goes to the stream at once, and may then be taken in part.
    /// *Suspends until* the stream has taken what does not fit.
    std::size_t write(const_buffer from) {
        return or_throw([&](std::error_code& ec) { return write(from, ec); });
    }
    std::size_t write(const_buffer from, std::error_code& ec);

    /// Writes everything.
    /// *Suspends until* the stream has taken what does not fit.
    /// The error_code form returns how many bytes have been taken.
    void write_all(const_buffer from) {
        or_throw([&](std::error_code& ec) { write_all(from, ec); });
    }
    std::size_t write_all(const_buffer from, std::error_code& ec) {
        return write_by(from, ec, [&] { return stream_->write_all(from, ec); });
    }

    /// *Suspends until* the stream has taken everything.
    void flush() {
        or_throw([&](std::error_code& ec) { flush(ec); });
    }
    void flush(std::error_code& ec);

    /// How many bytes wait for flush().
    std::size_t buffered() const noexcept { return bytes_.size(); }

    /// The stream that it writes to.
    S& next_layer() const noexcept { return *stream_; }

  private:
    template <class Operation>
    auto or_throw(Operation operation) const {
        return detail::or_throw(operation,
                                [this] { return "cannot write to " + detail::name_of(*stream_); });
    }

    template <class Direct>
    std::size_t write_by(const_buffer from, std::error_code& ec, Direct direct);

    S* stream_;
    std::size_t capacity_;
    std::vector<std::byte> bytes_; // allocated by the first write
};

template <output_stream S>
std::size_t buffered_writer<S>::write(const_buffer from, std::error_code& ec) {
    return write_by(from, ec, [&] { return stream_->write(from, ec); });
}

template <output_stream S>
template <class Direct>
std::size_t buffered_writer<S>::write_by(const_buffer from, std::error_code& ec, Direct direct) {
    ec.clear();
    if (from.size() > capacity_ - bytes_.size()) {
        flush(ec);
        if (ec)
            return 0;
        if (from.size() >= capacity_)
            return direct();
    }
    bytes_.reserve(capacity_);
    bytes_.insert(bytes_.end(), from.begin(), from.end());
    return from.size();
}

template <output_stream S>
void buffered_writer<S>::flush(std::error_code& ec) {
    const auto taken = stream_->write_all(bytes_, ec);
    bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(taken));
}

} // namespace netio
