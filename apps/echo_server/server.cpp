#include <apps/echo_server/server.hpp>

#include <apps/cli/command_line.hpp>
#include <apps/echo_server/echo.hpp>

#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/timeout.hpp>
#include <netio/inspector.hpp>
#include <netio/serve.hpp>
#include <netio/signal.hpp>
#include <netio/tcp_listener.hpp>
#include <netio/tls.hpp>

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <utility>

namespace {

template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
    fmt::print(format, std::forward<Args>(args)...);
    std::fflush(stdout);
}

/// Counts for one connection, and is added to a total in the end.
class tally {
  public:
    explicit tally(std::atomic<std::uint64_t>& total) noexcept : total_{total} {}
    tally(const tally&) = delete;
    tally& operator=(const tally&) = delete;
    ~tally() { total_ += count; }

    std::uint64_t count = 0;

  private:
    std::atomic<std::uint64_t>& total_;
};

/// What is done for a connection.
class echo_handler {
  public:
    explicit echo_handler(const options& options) : idle_timeout_{options.idle_timeout} {
        if (options.tls)
            tls_.emplace(
                netio::tls_server_options{.identities = {netio::tls_identity::from_files(
                                              options.tls->certificate, options.tls->key)}});
    }

    void operator()(netio::tcp_stream stream) {
        tally bytes{bytes_};
        if (!tls_)
            return echo(stream, idle_timeout_, bytes.count);
        netio::tls_stream secured = secure(std::move(stream));
        echo(secured, idle_timeout_, bytes.count);
    }

    std::uint64_t bytes() const noexcept { return bytes_; }

  private:
    netio::tls_stream<netio::tcp_stream> secure(netio::tcp_stream stream) const {
        const fibers::timeout_scope limit{longest_handshake};
        return {std::move(stream), *tls_};
    }

    static constexpr std::chrono::seconds longest_handshake{10};

    const std::chrono::milliseconds idle_timeout_;
    std::optional<netio::tls_server_context> tls_; // none: plain TCP
    std::atomic<std::uint64_t> bytes_ = 0;         // echoed
};

void run(const options& options, std::optional<netio::signal_set>& signals) {
    netio::tcp_listener listener{options.address};
    say("listening on {}\n", listener.local_endpoint().to_string());
    echo_handler handler{options};
    netio::server server{{.max_connections = options.max_connections,
                          .drain_timeout = options.drain_timeout,
                          .on_drain = [&](std::size_t open) {
                              say("connections still open: {}, they have {} to finish\n", open,
                                  cli::to_string(options.drain_timeout));
                          }}};
    fibers::scope until_signal;
    until_signal.spawn([&] {
        signals->wait();
        signals.reset(); // the next one ends the process
        server.request_stop();
    });
    server.serve(listener, handler);
    say("connections served: {}, bytes echoed: {}\n", server.counts().accepted, handler.bytes());
}

} // namespace

void serve(const options& options) {
    std::optional<netio::signal_set> signals{std::in_place, std::initializer_list{SIGINT, SIGTERM}};
    fibers::runtime runtime{{.workers = options.workers}};
    std::optional<netio::inspector> inspector;
    if (!options.inspect.empty())
        inspector.emplace(runtime, netio::unix_endpoint::from_path(options.inspect));
    runtime.run([&] { run(options, signals); });
}
