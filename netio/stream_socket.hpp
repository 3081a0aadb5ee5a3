#pragma once

#include <netio/basic_socket.hpp>
#include <netio/buffer.hpp>

#include <cstddef>
#include <span>
#include <system_error>

namespace netio {

/// One end of a connection: a stream of bytes each way. What tcp_stream and unix_stream have in common.
///
/// Besides what is said of each, all that suspends fails with std::errc::timed_out (ambient deadline),
/// operation_canceled (stop), and bad_file_descriptor when the stream is, or meanwhile gets, closed.
///
/// *May be used by* many at once, as every socket: typically one reads while another writes. Two that
/// write at once mix up their bytes.
template <class Endpoint>
class stream_socket : public basic_socket<Endpoint> {
  public:
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

    /// The peer. Remembered, so that a log line can name it after the connection is gone.
    const Endpoint& remote_endpoint() const noexcept { return this->name(); }

  protected:
    stream_socket() noexcept = default;
    using basic_socket<Endpoint>::basic_socket;
};

} // namespace netio
