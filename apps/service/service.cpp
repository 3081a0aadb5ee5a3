#include <apps/service/service.hpp>

#include <apps/cli/say.hpp>

#include <fibers/fiber.hpp>
#include <fibers/scope.hpp>
#include <fibers/timeout.hpp>

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <initializer_list>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace {

/// What the listener is called on its way to a successor.
constexpr const char* handed_over = "listener";

/// How long a predecessor may take to hand it over.
constexpr std::chrono::seconds longest_answer{10};

} // namespace

service::service(const std::optional<netio::unix_endpoint>& handover)
    : signals_{std::in_place, std::initializer_list{SIGINT, SIGTERM}}
    , passed_{netio::systemd_descriptors()}
    , handover_path_{handover} {}

netio::tcp_listener service::listen(const netio::endpoint& address) {
    if (handover_path_) {
        const fibers::timeout_scope limit{longest_answer};
        handover_.emplace(*handover_path_);
        if (handover_->predecessor())
            return netio::tcp_listener::adopt(handover_->take(handed_over).release());
    }
    if (!passed_.empty())
        return netio::tcp_listener::adopt(passed_.front().descriptor.release());
    return netio::tcp_listener{address};
}

void service::run(netio::server& server, const netio::tcp_listener& listener,
                  const std::function<void()>& serve) {
    fibers::fiber<void> handing_over;
    fibers::scope beside{fibers::on_failure::ignore};
    if (handover_) {
        handover_->offer(handed_over, listener);
        handing_over = fibers::spawn([&] { hand_over(server); });
    }
    beside.spawn([&] { manager_.feed_watchdog(); });
    beside.spawn([&] {
        signals_->wait();
        signals_.reset(); // the next one ends the process
        std::error_code nobody_listens;
        manager_.stopping(nobody_listens);
        handing_over.request_stop();
        server.request_stop();
    });
    cli::say("listening on {}\n", listener.local_endpoint().to_string());
    manager_.ready();
    serve();
    beside.request_stop();
}

/// Lets the predecessor stop, and the server when a successor has taken over.
void service::hand_over(netio::server& server) {
    handover_->ready();
    if (const auto predecessor = handover_->predecessor()) {
        cli::say("took over from process {}\n", *predecessor);
        std::error_code nobody_listens;
        manager_.main_process(::getpid(), nobody_listens);
    }
    std::error_code ec;
    handover_->wait(ec);
    if (ec == std::errc::operation_canceled)
        return;
    if (ec)
        return fmt::print(stderr, "nobody can take over any more: {}\n", ec.message());
    cli::say("handed over\n");
    server.request_stop();
}
