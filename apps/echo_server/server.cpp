#include <apps/echo_server/server.hpp>

#include <apps/cli/command_line.hpp>
#include <apps/echo_server/echo_handler.hpp>

#include <fibers/fiber.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/timeout.hpp>
#include <netio/handover.hpp>
#include <netio/serve.hpp>
#include <netio/signal.hpp>
#include <netio/systemd.hpp>
#include <netio/tcp_listener.hpp>

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

/// What the listener is called on its way to a successor.
constexpr const char* handed_over = "echo";

/// How long a predecessor may take to hand it over.
constexpr std::chrono::seconds longest_answer{10};

template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
    fmt::print(format, std::forward<Args>(args)...);
    std::fflush(stdout);
}

/// That of the predecessor, one that systemd has opened, or a new one.
netio::tcp_listener listen(const options& options, std::optional<netio::handover>& handover,
                           std::vector<netio::passed_descriptor>& passed) {
    if (handover && handover->predecessor())
        return netio::tcp_listener::adopt(handover->take(handed_over).release());
    if (!passed.empty())
        return netio::tcp_listener::adopt(passed.front().descriptor.release());
    return netio::tcp_listener{options.address};
}

/// Lets the server stop when a successor has taken over.
void hand_over(netio::handover& handover, netio::service_manager& manager, netio::server& server) {
    handover.ready();
    if (const auto predecessor = handover.predecessor()) {
        say("took over from process {}\n", *predecessor);
        std::error_code nobody_listens;
        manager.main_process(::getpid(), nobody_listens);
    }
    std::error_code ec;
    handover.wait(ec);
    if (ec == std::errc::operation_canceled)
        return;
    if (ec)
        return fmt::print(stderr, "echo_server: nobody can take over: {}\n", ec.message());
    say("handed over\n");
    server.request_stop();
}

void run(const options& options, std::optional<netio::signal_set>& signals,
         std::vector<netio::passed_descriptor> passed) {
    netio::service_manager manager;
    std::optional<netio::handover> handover;
    if (options.handover) {
        const fibers::timeout_scope limit{longest_answer};
        handover.emplace(*options.handover);
    }
    netio::tcp_listener listener = listen(options, handover, passed);
    echo_handler handler{options};
    netio::server server{{.max_connections = options.max_connections,
                          .drain_timeout = options.drain_timeout,
                          .on_drain = [&](std::size_t open) {
                              say("connections still open: {}, they have {} to finish\n", open,
                                  cli::to_string(options.drain_timeout));
                          }}};
    fibers::fiber<void> handing_over;
    fibers::scope beside{fibers::on_failure::ignore};
    if (handover) {
        handover->offer(handed_over, listener);
        handing_over = fibers::spawn([&] { hand_over(*handover, manager, server); });
    }
    beside.spawn([&] { manager.feed_watchdog(); });
    beside.spawn([&] {
        signals->wait();
        signals.reset(); // the next one ends the process
        std::error_code nobody_listens;
        manager.stopping(nobody_listens);
        handing_over.request_stop();
        server.request_stop();
    });
    say("listening on {}\n", listener.local_endpoint().to_string());
    manager.ready();
    server.serve(listener, handler);
    beside.request_stop();
    say("connections served: {}, bytes echoed: {}\n", server.counts().accepted, handler.bytes());
}

} // namespace

void serve(const options& options) {
    std::optional<netio::signal_set> signals{std::in_place, std::initializer_list{SIGINT, SIGTERM}};
    auto passed = netio::systemd_descriptors();
    fibers::runtime runtime{{.workers = options.workers}};
    runtime.run([&] { run(options, signals, std::move(passed)); });
}
