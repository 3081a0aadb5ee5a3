#pragma once

#include <netio/passed_descriptor.hpp>
#include <netio/unix_datagram.hpp>
#include <netio/unix_endpoint.hpp>

#include <chrono>
#include <functional>
#include <optional>
#include <string_view>
#include <sys/types.h>
#include <system_error>
#include <vector>

namespace netio {

/// The sockets that systemd, or what behaves like it, has opened for this process (sd_listen_fds(3)), in the
/// order of the unit; none where it has not. The name is that of FileDescriptorName=, or of the unit.
///
///     for (auto& [name, descriptor] : netio::systemd_descriptors())
///         if (name == "http.socket")
///             listener = netio::tcp_listener::adopt(descriptor.release());
///
/// They are handed out once: LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES vanish from the environment. So call
/// it in main(), before there are other threads.
/// *Fails with* std::errc::invalid_argument where these make no sense, bad_file_descriptor where there is
/// no such descriptor.
std::vector<passed_descriptor> systemd_descriptors();
std::vector<passed_descriptor> systemd_descriptors(std::error_code& ec);

/// Tells systemd, or what behaves like it, how this service is (sd_notify(3)); for units with
/// Type=notify. Where nobody wants to know, every call does nothing.
///
///     netio::service_manager manager;
///     netio::tcp_listener listener{"0.0.0.0:80"};
///     manager.ready();
///
/// Each call that tells something *suspends until* there is room for it, and *fails with*
/// std::errc::connection_refused, no_such_file_or_directory … where nobody listens, timed_out,
/// operation_canceled.
///
/// *May be used by* any number of fibers and plain threads at once.
class service_manager {
  public:
    /// Looks at NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID, and leaves them as they are.
    /// *Fails with* std::errc::invalid_argument, address_family_not_supported …
    service_manager();
    explicit service_manager(std::error_code& ec);

    /// Whether anybody wants to know.
    explicit operator bool() const noexcept { return socket_.is_open(); }

    /// The service is up, or has read its configuration again.
    void ready();
    void ready(std::error_code& ec);

    /// It reads its configuration again; ready() comes next.
    void reloading();
    void reloading(std::error_code& ec);

    /// It will end.
    void stopping();
    void stopping(std::error_code& ec);

    /// What `systemctl status` shows, one line.
    void status(std::string_view text);
    void status(std::string_view text, std::error_code& ec);

    /// Another process is the service's main one from now on.
    void main_process(pid_t id);
    void main_process(pid_t id, std::error_code& ec);

    /// How often it must be said that all is well, at least; none: never.
    std::optional<std::chrono::microseconds> watchdog_interval() const noexcept {
        return watchdog_interval_;
    }

    /// Says that all is well, twice in each interval, as long as `is_well` agrees; a fiber's task. Returns at
    /// once where there is no watchdog. It shows that the fiber's worker goes on, and what `is_well` looks
    /// at, such as an answer from a fiber of another worker.
    /// *Suspends until* it is asked to stop, and fails then.
    void feed_watchdog(const std::function<bool()>& is_well = [] { return true; });

    /// Says anything else, lines of "NAME=value".
    void notify(std::string_view lines);
    void notify(std::string_view lines, std::error_code& ec);

  private:
    unix_datagram socket_; // closed: nobody wants to know
    unix_endpoint manager_;
    std::optional<std::chrono::microseconds> watchdog_interval_;
};

} // namespace netio
