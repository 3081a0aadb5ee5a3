#include <apps/echo_server/server.hpp>

#include <apps/cli/command_line.hpp>
#include <apps/echo_server/echo.hpp>
#include <apps/echo_server/visitors.hpp>

#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/timeout.hpp>
#include <netio/signal.hpp>
#include <netio/tcp_listener.hpp>
#include <netio/tls.hpp>

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <optional>
#include <system_error>
#include <utility>

namespace {

template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
    fmt::print(format, std::forward<Args>(args)...);
    std::fflush(stdout);
}

class server {
  public:
    explicit server(const options& options)
        : options_{options}, listener_{options.address}, visitors_{options.max_connections} {
        if (options.tls)
            tls_.emplace(
                netio::tls_server_options{.identities = {netio::tls_identity::from_files(
                                              options.tls->certificate, options.tls->key)}});
    }

    void run(std::optional<netio::signal_set>& signals) {
        say("listening on {}\n", listener_.local_endpoint().to_string());
        accept_until(*signals);
        listener_.close();
        signals.reset(); // the next one ends the process
        drain();
        const auto [connections, bytes] = visitors_.so_far();
        say("connections served: {}, bytes echoed: {}\n", connections, bytes);
    }

  private:
    void accept_until(netio::signal_set& signals) {
        fibers::scope until_signal;
        until_signal.spawn([this] { accept_all(); });
        until_signal.spawn([&] {
            signals.wait();
            until_signal.request_stop();
        });
        until_signal.join();
    }

    [[noreturn]] void accept_all() {
        for (;;) {
            visitors_.wait_for_room();
            netio::tcp_stream stream = listener_.accept();
            connections_.spawn(
                [this](netio::tcp_stream peer, visitors::visit visit) {
                    handle(std::move(peer), std::move(visit));
                },
                std::move(stream), visitors_.enter());
        }
    }

    void handle(netio::tcp_stream stream, visitors::visit visit) {
        try {
            if (tls_) {
                netio::tls_stream secured = secure(std::move(stream));
                echo(secured, options_.idle_timeout, visit.bytes);
            } else {
                echo(stream, options_.idle_timeout, visit.bytes);
            }
        } catch (const std::system_error&) {
            // This connection is over: reset by the peer, idle for too long, stopped, no TLS.
        }
    }

    netio::tls_stream<netio::tcp_stream> secure(netio::tcp_stream stream) const {
        const fibers::timeout_scope limit{longest_handshake};
        return {std::move(stream), *tls_};
    }

    void drain() try {
        if (const auto open = visitors_.present())
            say("connections still open: {}, they have {} to finish\n", open,
                cli::to_string(options_.drain_timeout));
        fibers::timeout_scope limit{options_.drain_timeout};
        connections_.join();
    } catch (const std::system_error& error) {
        if (error.code() != std::errc::timed_out) // join() has stopped those that were left
            throw;
    }

    static constexpr std::chrono::seconds longest_handshake{10};

    const options& options_;
    std::optional<netio::tls_server_context> tls_; // none: plain TCP
    netio::tcp_listener listener_;
    visitors visitors_;
    fibers::scope connections_{fibers::on_failure::ignore};
};

} // namespace

void serve(const options& options) {
    std::optional<netio::signal_set> signals{std::in_place, std::initializer_list{SIGINT, SIGTERM}};
    fibers::runtime runtime{{.workers = options.workers}};
    runtime.run([&] { server{options}.run(signals); });
}
