#pragma once

#include <netio/endpoint.hpp>
#include <netio/handover.hpp>
#include <netio/passed_descriptor.hpp>
#include <netio/serve.hpp>
#include <netio/signal.hpp>
#include <netio/systemd.hpp>
#include <netio/tcp_listener.hpp>
#include <netio/unix_endpoint.hpp>

#include <functional>
#include <optional>
#include <vector>

/// What a server needs around serving, to be started, replaced and stopped by others: signals, systemd, and
/// its predecessor and successor.
///
///     service service{handover_path};                    // in main, before the runtime
///     runtime.run([&] {
///         auto listener = service.listen(address);
///         netio::server server;
///         service.run(server, listener, [&] { server.serve(listener, handle); });
///     });
class service {
  public:
    /// From now on SIGINT and SIGTERM wait for run(). Without a path nobody takes over from anybody.
    explicit service(const std::optional<netio::unix_endpoint>& handover = std::nullopt);

    /// The predecessor's listener, else one that systemd has opened, else a new one.
    /// *Suspends until* the predecessor, if there is one, has answered; that is an error after ten seconds.
    netio::tcp_listener listen(const netio::endpoint& address);

    /// Says where it listens, and that it is ready; and asks the server to stop when a signal or a successor
    /// comes. A second signal ends the process at once.
    /// *Suspends until* `serve` has returned. *Fails* as that does.
    void run(netio::server& server, const netio::tcp_listener& listener,
             const std::function<void()>& serve);

  private:
    void hand_over(netio::server&);

    std::optional<netio::signal_set> signals_;
    std::vector<netio::passed_descriptor> passed_;
    const std::optional<netio::unix_endpoint> handover_path_;
    std::optional<netio::handover> handover_;
    netio::service_manager manager_;
};
