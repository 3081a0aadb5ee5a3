#pragma once

#include <apps/service/service_options.hpp>

#include <fibers/runtime.hpp>
#include <netio/handover.hpp>
#include <netio/inspector.hpp>
#include <netio/passed_descriptor.hpp>
#include <netio/serve.hpp>
#include <netio/signal.hpp>
#include <netio/systemd.hpp>
#include <netio/tcp_listener.hpp>

#include <functional>
#include <optional>
#include <vector>

/// What a server needs around serving, to be started, looked into, replaced and stopped by others: a runtime,
/// signals, systemd, and its predecessor and successor.
///
///     service service{options};                          // in main
///     service.run([&] {
///         auto listener = service.listen();
///         netio::server server;
///         service.serve(server, listener, handle);
///     });
class service {
  public:
    /// From now on SIGINT and SIGTERM wait for serve().
    explicit service(const service_options&);

    /// Runs `main` on fibers. *Fails* as that does.
    void run(const std::function<void()>& main) { runtime_.run(main); }

    /// The predecessor's listener, else one that systemd has opened, else a new one.
    /// *Suspends until* the predecessor, if there is one, has answered; that is an error after ten seconds.
    netio::tcp_listener listen();

    /// Says where it listens, and that it is ready; serves with `handle`; and asks the server to stop when a
    /// signal or a successor comes. After the signal `before_stop` is called, which may take its time: the
    /// server goes on until it returns. A second signal ends the process at once.
    /// *Suspends until* the server has stopped. *Fails* as server::serve() does.
    template <class Handler>
    void serve(
        netio::server& server, netio::tcp_listener& listener, Handler&& handle,
        const std::function<void()>& before_stop = [] {}) {
        attend(
            server, listener, [&] { server.serve(listener, handle); }, before_stop);
    }

  private:
    void attend(netio::server&, const netio::tcp_listener&, const std::function<void()>& serve,
                const std::function<void()>& before_stop);
    void take_over();
    void inspect_when_free();
    void hand_over(netio::server&);

    const service_options options_;
    std::optional<netio::signal_set> signals_; // before there are threads
    std::vector<netio::passed_descriptor> passed_;
    std::optional<netio::handover> handover_;
    netio::service_manager manager_;
    fibers::runtime runtime_;
    std::optional<netio::inspector> inspector_;
};
