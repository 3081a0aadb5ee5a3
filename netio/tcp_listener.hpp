#pragma once

#include <netio/detail/descriptor_owner.hpp>
#include <netio/endpoint.hpp>
#include <netio/incoming_range.hpp>
#include <netio/tcp_stream.hpp>

#include <system_error>

namespace netio {

namespace detail {
struct descriptor_access;
}

struct tcp_listener_options {
    /// How many connections may wait to be accepted; the kernel caps it at net.core.somaxconn.
    int backlog = 4096;
    /// Listens although connections of a former listener on this port still linger (SO_REUSEADDR).
    bool reuse_address = true;
    /// Lets several listeners share the port; the kernel spreads connections (SO_REUSEPORT).
    bool reuse_port = false;
    /// An IPv6 listener leaves IPv4 alone; else [::]:80 also accepts IPv4, as ::ffff:a.b.c.d
    /// (RFC 3493 section 5.3).
    bool only_v6 = false;
};

/// Accepts TCP connections. Movable, not copyable.
///
/// Failure is reported as by tcp_stream; exceptions name the local endpoint.
///
/// *May be used by* any number of fibers, of any runtime, and plain threads at once; a connection goes
/// to one of those that accept. Moving, assigning and destroying are for when nobody else is in a
/// call, but for the close() that ended one's own.
class tcp_listener {
  public:
    using incoming_range = netio::incoming_range<tcp_listener, tcp_stream>;

    /// Does not listen: every call fails with std::errc::bad_file_descriptor.
    tcp_listener() noexcept = default;

    /// Listens. Port 0 picks a free one: ask local_endpoint(). Connections get no_delay.
    /// *Fails with* std::errc::address_in_use, address_not_available, permission_denied …
    explicit tcp_listener(const endpoint& local, const tcp_listener_options& options = {});
    tcp_listener(const endpoint& local, const tcp_listener_options& options, std::error_code& ec);

    /// Takes over a listening TCP socket, for instance one that systemd has opened, and makes it
    /// non-blocking; its options stay as they are.
    /// *Fails with* std::errc::invalid_argument if it does not listen …, and then the socket is still
    /// the caller's.
    static tcp_listener adopt(int native_handle);
    static tcp_listener adopt(int native_handle, std::error_code& ec);

    /// Takes the next connection, passing over those that failed before they could be accepted.
    /// *Suspends until* there is one. Where the process or the system has run out of descriptors or
    /// memory (EMFILE, ENFILE, ENOBUFS, ENOMEM), connections wait in the backlog and it tries again
    /// every 5 to 100 ms; close() is then noticed at the next try.
    /// *Fails with* std::errc::timed_out, operation_canceled, bad_file_descriptor (closed).
    tcp_stream accept();
    tcp_stream accept(std::error_code& ec);

    /// The connections as they come: for (tcp_stream stream : listener.incoming()). Ends when the
    /// listener is closed or the fiber is asked to stop; any other failure is thrown.
    incoming_range incoming() noexcept;

    /// Remembered, so that a log line can name it after the listener has been closed.
    const endpoint& local_endpoint() const noexcept { return local_; }

    bool is_open() const noexcept;

    /// Stops listening: whoever waits in accept(), or calls it later, gets
    /// std::errc::bad_file_descriptor, and connections that nobody has accepted are reset. Closing
    /// twice does nothing.
    void close() noexcept;

    /// The file descriptor, which stays the listener's own. -1: there is none.
    int native_handle() const noexcept;

    /// Gives the file descriptor up, still listening; the listener is closed then.
    /// *Fails with* std::errc::device_or_resource_busy while anyone is in a call of this listener.
    int release();
    int release(std::error_code& ec);

  private:
    tcp_listener(detail::descriptor_owner socket, const endpoint& local) noexcept
        : socket_{std::move(socket)}, local_{local} {}

    friend struct detail::descriptor_access;

    detail::descriptor* native_descriptor() const noexcept { return socket_.get(); }

    detail::descriptor_owner socket_;
    endpoint local_;
};

inline tcp_listener::incoming_range tcp_listener::incoming() noexcept {
    return incoming_range{*this};
}

} // namespace netio
