#pragma once

#include <netio/buffer.hpp>
#include <netio/detail/descriptor_owner.hpp>
#include <netio/endpoint.hpp>
#include <netio/socket_options.hpp>

#include <cstddef>
#include <span>
#include <system_error>
#include <utility>

namespace netio {

/// One end of a TCP connection (RFC 9293): a stream of bytes each way. Movable, not copyable.
///
/// Every call has two forms: with a std::error_code it reports failure there and throws nothing;
/// without, it throws a std::system_error that names the peer. Besides what is said of each, all that
/// suspends fails with std::errc::timed_out (ambient deadline), operation_canceled (stop), and
/// bad_file_descriptor when the stream is, or meanwhile gets, closed.
///
/// *May be used by* any number of fibers, of any runtime, and plain threads at once: typically one
/// reads while another writes. Two that write at once mix up their bytes. Moving, assigning and
/// destroying are for when nobody else is in a call, but for the close() that ended one's own.
class tcp_stream {
  public:
    /// Not connected: every call fails with std::errc::bad_file_descriptor.
    tcp_stream() noexcept = default;

    /// Connects, and turns on no_delay.
    /// *Suspends until* the peer has answered.
    /// *Fails with* std::errc::connection_refused, host_unreachable … as connect(2) does.
    static tcp_stream connect(const endpoint& remote);
    static tcp_stream connect(const endpoint& remote, std::error_code& ec);

    /// Takes over a connected TCP socket and makes it non-blocking; its options stay as they are.
    /// *Fails with* std::errc::not_connected, address_family_not_supported …, and then the socket is
    /// still the caller's.
    static tcp_stream adopt(int native_handle);
    static tcp_stream adopt(int native_handle, std::error_code& ec);

    /// Reads what is there, at most as much as there is room for; returns how many bytes. 0: the peer
    /// has finished sending, or there was no room.
    /// *Suspends until* something is there.
    /// *Fails with* std::errc::connection_reset … as recv(2) does.
    std::size_t read(mutable_buffer into);
    std::size_t read(mutable_buffer into, std::error_code& ec);

    /// Fills one buffer after the other, up to 64 that are not empty.
    std::size_t read(std::span<const mutable_buffer> into);
    std::size_t read(std::span<const mutable_buffer> into, std::error_code& ec);

    /// Fills all the room there is.
    /// *Suspends until* that is done.
    /// *Fails with* errc::end_of_stream if the peer finishes before, and as read() does; the
    /// error_code form returns how many bytes have been read.
    void read_exactly(mutable_buffer into);
    std::size_t read_exactly(mutable_buffer into, std::error_code& ec);
    void read_exactly(std::span<const mutable_buffer> into);
    std::size_t read_exactly(std::span<const mutable_buffer> into, std::error_code& ec);

    /// Writes as much as the kernel takes; returns how many bytes.
    /// *Suspends until* the kernel takes some.
    /// *Fails with* std::errc::connection_reset or broken_pipe when the peer is gone; never raises
    /// SIGPIPE.
    std::size_t write(const_buffer from);
    std::size_t write(const_buffer from, std::error_code& ec);

    /// Writes one buffer after the other, up to 64 that are not empty.
    std::size_t write(std::span<const const_buffer> from);
    std::size_t write(std::span<const const_buffer> from, std::error_code& ec);

    /// Writes everything.
    /// *Suspends until* the kernel has taken it all.
    /// *Fails as* write() does; the error_code form returns how many bytes have been written.
    void write_all(const_buffer from);
    std::size_t write_all(const_buffer from, std::error_code& ec);
    void write_all(std::span<const const_buffer> from);
    std::size_t write_all(std::span<const const_buffer> from, std::error_code& ec);

    /// From now on reads find the end of the stream, one that waits included. The peer is not told.
    void shutdown_read();
    void shutdown_read(std::error_code& ec);

    /// Tells the peer that nothing more will come: it reads what was written, then the end of the
    /// stream. It may go on sending.
    void shutdown_write();
    void shutdown_write(std::error_code& ec);

    /// Options are the types of <netio/socket_options.hpp>: set_option(keep_alive{true}).
    template <class Option>
    void set_option(const Option& option);
    template <class Option>
    void set_option(const Option& option, std::error_code& ec);
    template <class Option>
    Option get_option() const;
    template <class Option>
    Option get_option(std::error_code& ec) const;

    endpoint local_endpoint() const;
    endpoint local_endpoint(std::error_code& ec) const;

    /// The peer. Remembered, so that a log line can name it after the connection is gone.
    const endpoint& remote_endpoint() const noexcept { return remote_; }

    bool is_open() const noexcept;

    /// Ends the connection both ways: whoever waits in this stream, or calls it later, gets
    /// std::errc::bad_file_descriptor. Closing twice does nothing.
    void close() noexcept;

    /// The file descriptor, which stays the stream's own. -1: there is none.
    int native_handle() const noexcept;

    /// Gives the file descriptor up, still connected and non-blocking; the stream is closed then.
    /// *Fails with* std::errc::device_or_resource_busy while anyone is in a call of this stream.
    int release();
    int release(std::error_code& ec);

  private:
    friend class tcp_listener;

    tcp_stream(detail::descriptor_owner socket, const endpoint& remote) noexcept
        : socket_{std::move(socket)}, remote_{remote} {}

    [[noreturn]] void throw_option_failure(const std::error_code& ec) const;

    detail::descriptor_owner socket_;
    endpoint remote_;
};

template <class Option>
void tcp_stream::set_option(const Option& option, std::error_code& ec) {
    detail::set_option(socket_.get(), option, ec);
}

template <class Option>
void tcp_stream::set_option(const Option& option) {
    std::error_code ec;
    set_option(option, ec);
    if (ec)
        throw_option_failure(ec);
}

template <class Option>
Option tcp_stream::get_option(std::error_code& ec) const {
    Option option;
    detail::get_option(socket_.get(), option, ec);
    return option;
}

template <class Option>
Option tcp_stream::get_option() const {
    std::error_code ec;
    const auto option = get_option<Option>(ec);
    if (ec)
        throw_option_failure(ec);
    return option;
}

} // namespace netio
