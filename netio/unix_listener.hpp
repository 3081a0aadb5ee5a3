#pragma once

#include <netio/detail/descriptor_owner.hpp>
#include <netio/detail/socket_path.hpp>
#include <netio/incoming_range.hpp>
#include <netio/unix_endpoint.hpp>
#include <netio/unix_seqpacket.hpp>
#include <netio/unix_stream.hpp>

#include <memory>
#include <system_error>

namespace netio {

namespace detail {
struct descriptor_access;
}

struct unix_listener_options {
    /// How many connections may wait to be accepted; the kernel caps it at net.core.somaxconn.
    int backlog = 4096;
    /// A file that is left of a socket that nobody listens to is removed first. Of several that start at the
    /// same moment one succeeds.
    bool replace_stale = true;
    /// close() and the destructor remove the file, unless another socket's has taken its place.
    bool remove_path = true;
    /// Of the file, from the beginning; less the umask. To connect takes the one to write.
    unsigned permissions = 0777;
};

/// Accepts connections of Unix sockets: unix_stream, or unix_seqpacket. Movable, not copyable.
///
/// Failure is reported as by the connections; exceptions name the local endpoint. Who may connect is said
/// by the permissions of the file and of the folders above it; anybody may to an abstract name.
///
/// *May be used by* any number of fibers, of any runtime, and plain threads at once; a connection goes
/// to one of those that accept. Moving, assigning and destroying are for when nobody else is in a
/// call, but for the close() that ended one's own.
template <class Connection>
class basic_unix_listener {
  public:
    using incoming_range = netio::incoming_range<basic_unix_listener, Connection>;

    /// Does not listen: every call fails with std::errc::bad_file_descriptor.
    basic_unix_listener() noexcept = default;

    /// Listens. Without a name the kernel picks an abstract one: ask local_endpoint().
    /// *Suspends* while somebody else replaces a stale file in the same folder.
    /// *Fails with* std::errc::address_in_use, permission_denied, no_such_file_or_directory …
    explicit basic_unix_listener(const unix_endpoint& local,
                                 const unix_listener_options& options = {});
    basic_unix_listener(const unix_endpoint& local, const unix_listener_options& options,
                        std::error_code& ec);

    /// Takes over a listening socket and makes it non-blocking; its file stays in the end.
    /// *Fails with* std::errc::invalid_argument if it does not listen, wrong_protocol_type …, and then
    /// the socket is still the caller's.
    static basic_unix_listener adopt(int native_handle);
    static basic_unix_listener adopt(int native_handle, std::error_code& ec);

    /// Takes the next connection, as tcp_listener::accept() does.
    Connection accept();
    Connection accept(std::error_code& ec);

    /// The connections as they come, as tcp_listener::incoming() gives them.
    incoming_range incoming() noexcept { return incoming_range{*this}; }

    const unix_endpoint& local_endpoint() const noexcept { return local_; }

    bool is_open() const noexcept { return socket_.is_open(); }

    /// Stops listening: whoever waits in accept(), or calls it later, gets
    /// std::errc::bad_file_descriptor, and connections that nobody has accepted are reset. Closing
    /// twice does nothing.
    void close() noexcept;

    /// The file descriptor, which stays the listener's own. -1: there is none.
    int native_handle() const noexcept { return socket_.native_handle(); }

    /// Gives the file descriptor up, still listening, and the file with it.
    /// *Fails with* std::errc::device_or_resource_busy while anyone is in a call of this listener.
    int release();
    int release(std::error_code& ec);

    /// The file stays in the end: it is a successor's that listens at the same socket. Never suspends.
    void keep_path() noexcept {
        if (path_)
            path_->keep();
    }

  private:
    basic_unix_listener(detail::descriptor_owner socket, const unix_endpoint& local) noexcept
        : socket_{std::move(socket)}, local_{local} {}

    friend struct detail::descriptor_access;

    detail::descriptor* native_descriptor() const noexcept { return socket_.get(); }

    detail::descriptor_owner socket_;
    unix_endpoint local_;
    // Last, so that it goes first. Null: there is nothing to remove.
    std::unique_ptr<detail::socket_path> path_;
};

using unix_listener = basic_unix_listener<unix_stream>;
using unix_seqpacket_listener = basic_unix_listener<unix_seqpacket>;

} // namespace netio
