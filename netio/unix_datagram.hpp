#pragma once

#include <netio/datagram_socket.hpp>
#include <netio/descriptor_passing.hpp>
#include <netio/detail/socket_path.hpp>
#include <netio/unix_endpoint.hpp>

#include <memory>
#include <system_error>
#include <utility>

namespace netio {

struct unix_datagram_options {
    /// As those of unix_listener_options.
    bool replace_stale = true;
    bool remove_path = true;
};

/// Datagrams between processes of this machine; none is lost, a sender waits for room instead. Movable,
/// not copyable; <netio/datagram_socket.hpp> and <netio/descriptor_passing.hpp> say what can be done
/// with it, and by whom.
class unix_datagram : public descriptor_passing<datagram_socket<unix_endpoint>> {
  public:
    /// Not open: every call fails with std::errc::bad_file_descriptor.
    unix_datagram() noexcept = default;

    /// Receives on `local`. Without a name the kernel picks an abstract one, so that others can answer.
    /// *Fails with* std::errc::address_in_use, permission_denied, no_such_file_or_directory …
    explicit unix_datagram(const unix_endpoint& local, const unix_datagram_options& options = {});
    unix_datagram(const unix_endpoint& local, const unix_datagram_options& options,
                  std::error_code& ec);

    /// Two that are connected to each other, socketpair(2).
    static std::pair<unix_datagram, unix_datagram> pair();
    static std::pair<unix_datagram, unix_datagram> pair(std::error_code& ec);

    /// Takes over a Unix datagram socket and makes it non-blocking; its file stays in the end.
    /// *Fails with* std::errc::wrong_protocol_type …, and then the socket is still the caller's.
    static unix_datagram adopt(int native_handle);
    static unix_datagram adopt(int native_handle, std::error_code& ec);

    /// As that of every socket; and the file is removed.
    void close() noexcept;

    /// As that of every socket; the file goes with it.
    int release();
    int release(std::error_code& ec);

  private:
    using descriptor_passing::descriptor_passing;

    std::unique_ptr<detail::socket_path> path_; // null: there is nothing to remove
};

} // namespace netio
