#pragma once

#include <netio/buffer.hpp>
#include <netio/stream.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <cstddef>
#include <span>
#include <system_error>
#include <type_traits>
#include <utility>

namespace netio {

namespace detail {

/// As Asio's own sockets would report it, so that it equals asio::error::connection_reset and the like.
inline boost::system::error_code to_asio(const std::error_code& ec) {
    if (ec.category() == std::generic_category() || ec.category() == std::system_category())
        return {ec.value(), boost::system::system_category()};
    return ec;
}

/// Where the executors of streams come from. Nothing ever runs in it: synchronous calls start nothing.
inline boost::asio::io_context& idle_context() {
    static boost::asio::io_context context{1};
    return context;
}

/// The first buffers of one of Asio's sequences that are not empty: as many as go into a small array, for
/// read_some() and write_some() need not take all.
template <class Buffer>
class leading_buffers {
  public:
    template <class Sequence>
    explicit leading_buffers(const Sequence& sequence) noexcept {
        const auto end = boost::asio::buffer_sequence_end(sequence);
        for (auto i = boost::asio::buffer_sequence_begin(sequence);
             i != end && count_ != buffers_.size(); ++i)
            add(*i);
    }

    bool empty() const noexcept { return count_ == 0; }
    Buffer front() const noexcept { return buffers_.front(); }
    std::span<const Buffer> all() const noexcept { return std::span{buffers_}.first(count_); }

  private:
    using byte = typename Buffer::element_type;

    static auto data_of(const boost::asio::mutable_buffer& b) noexcept { return b.data(); }
    static auto data_of(const boost::asio::const_buffer& b) noexcept { return b.data(); }

    template <class Element>
    void add(const Element& element) noexcept {
        using native = std::conditional_t<std::is_const_v<byte>, boost::asio::const_buffer,
                                          boost::asio::mutable_buffer>;
        const native part{element};
        if (part.size() != 0)
            buffers_[count_++] = {static_cast<byte*>(data_of(part)), part.size()};
    }

    std::array<Buffer, 16> buffers_;
    std::size_t count_ = 0;
};

} // namespace detail

/// Makes a stream one of Asio's: a SyncReadStream and SyncWriteStream, so that the synchronous half of
/// Asio and Beast works on it: boost::asio::read_until, boost::beast::http::read,
/// boost::beast::websocket::stream, boost::asio::ssl::stream … They block the fiber, and honour its
/// deadline and stop. S is a stream, which is then the adapter's own, or a reference to one, which
/// must live longer.
///
///     netio::asio_stream stream{netio::tcp_stream::connect(endpoint)};
///     boost::beast::http::write(stream, request);
///
/// Errors are Asio's: boost::asio::error::eof at the end, timed_out at the deadline, operation_aborted
/// after a stop, connection_reset … Nothing asynchronous works on it: its executor runs nothing.
///
/// This header needs those of Boost (Asio, Beast); its user sees to these.
template <class S>
requires stream<std::remove_reference_t<S>>
class asio_stream {
  public:
    using next_layer_type = std::remove_reference_t<S>;
    using lowest_layer_type = asio_stream;
    using executor_type = boost::asio::io_context::executor_type;

    explicit asio_stream(S stream) noexcept : stream_{std::forward<S>(stream)} {}

    /// The stream itself.
    next_layer_type& next_layer() noexcept { return stream_; }
    const next_layer_type& next_layer() const noexcept { return stream_; }

    // The end of the chain, for Asio: below is none of its streams.
    lowest_layer_type& lowest_layer() noexcept { return *this; }
    const lowest_layer_type& lowest_layer() const noexcept { return *this; }

    executor_type get_executor() noexcept { return detail::idle_context().get_executor(); }

    /// Reads what is there into the first buffers; returns how many bytes.
    /// *Suspends until* something is there.
    /// *Fails with* boost::asio::error::eof at the end, and as the stream's read() does.
    template <class MutableBufferSequence>
    std::size_t read_some(const MutableBufferSequence& into, boost::system::error_code& ec) {
        const detail::leading_buffers<mutable_buffer> buffers{into};
        ec = {};
        if (buffers.empty())
            return 0;
        std::error_code failure;
        std::size_t count;
        if constexpr (requires { stream_.read(buffers.all(), failure); })
            count = stream_.read(buffers.all(), failure);
        else
            count = stream_.read(buffers.front(), failure);
        if (failure)
            ec = detail::to_asio(failure);
        else if (count == 0)
            ec = boost::asio::error::eof;
        return count;
    }

    template <class MutableBufferSequence>
    std::size_t read_some(const MutableBufferSequence& into) {
        boost::system::error_code ec;
        const std::size_t count = read_some(into, ec);
        if (ec)
            throw boost::system::system_error{ec, "netio::asio_stream::read_some"};
        return count;
    }

    /// Writes as much of the first buffers as the stream takes; returns how many bytes.
    /// *Suspends until* it takes some.
    /// *Fails* as the stream's write() does.
    template <class ConstBufferSequence>
    std::size_t write_some(const ConstBufferSequence& from, boost::system::error_code& ec) {
        const detail::leading_buffers<const_buffer> buffers{from};
        ec = {};
        if (buffers.empty())
            return 0;
        std::error_code failure;
        std::size_t count;
        if constexpr (requires { stream_.write(buffers.all(), failure); })
            count = stream_.write(buffers.all(), failure);
        else
            count = stream_.write(buffers.front(), failure);
        if (failure)
            ec = detail::to_asio(failure);
        return count;
    }

    template <class ConstBufferSequence>
    std::size_t write_some(const ConstBufferSequence& from) {
        boost::system::error_code ec;
        const std::size_t count = write_some(from, ec);
        if (ec)
            throw boost::system::system_error{ec, "netio::asio_stream::write_some"};
        return count;
    }

    bool is_open() const noexcept { return stream_.is_open(); }

    void close() noexcept { stream_.close(); }
    void close(boost::system::error_code& ec) noexcept {
        stream_.close();
        ec = {};
    }

  private:
    S stream_;
};

template <class S>
asio_stream(S&&) -> asio_stream<S>;

/// How Beast's WebSocket ends the connection below it: a server finishes, and lets the client close
/// first; either reads until the other has.
template <class S>
void teardown(boost::beast::role_type role, asio_stream<S>& stream, boost::system::error_code& ec) {
    auto& below = stream.next_layer();
    std::error_code failure;
    if (role == boost::beast::role_type::server)
        below.shutdown_write(failure);
    std::array<std::byte, 512> rest;
    while (!failure && below.read(rest, failure) != 0) {
    }
    ec = detail::to_asio(failure);
    below.close();
}

} // namespace netio
