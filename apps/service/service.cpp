#include <apps/service/service.hpp>

#include <apps/cli/say.hpp>

#include <fibers/blocking.hpp>
#include <fibers/fiber.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>
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

using namespace std::chrono_literals;

/// What the listener is called on its way to a successor.
constexpr const char* handed_over = "listener";

/// How long a predecessor may take to hand it over, and then to leave the inspector's path.
constexpr std::chrono::seconds longest_answer{10};

/// How long a successor may take to be ready: the next one, which waits for its answer, is to get that in time.
constexpr std::chrono::seconds longest_start{5};

} // namespace

service::service(const service_options& options)
    : options_{options}
    , signals_{std::in_place, std::initializer_list{SIGINT, SIGTERM}}
    , passed_{netio::systemd_descriptors()}
    , runtime_{{.workers = options.workers}} {}

netio::tcp_listener service::listen() {
    if (options_.handover) {
        const fibers::timeout_scope limit{longest_answer};
        handover_.emplace(*options_.handover,
                          netio::handover_options{.ready_timeout = longest_start});
        if (handover_->predecessor())
            return netio::tcp_listener::adopt(handover_->take(handed_over).release());
    }
    if (options_.inspect)
        inspector_.emplace(runtime_, *options_.inspect);
    if (!passed_.empty())
        return netio::tcp_listener::adopt(passed_.front().descriptor.release());
    return netio::tcp_listener{options_.address};
}

void service::attend(netio::server& server, const netio::tcp_listener& listener,
                     const std::function<void()>& serve, const std::function<void()>& before_stop) {
    fibers::fiber<void> handing_over;
    fibers::scope beside{fibers::on_failure::ignore};
    if (handover_) {
        handover_->offer(handed_over, listener);
        handing_over = fibers::spawn([&] {
            take_over();
            hand_over(server);
        });
    }
    beside.spawn([&] { manager_.feed_watchdog(); });
    beside.spawn([&] {
        signals_->wait();
        signals_.reset(); // the next one ends the process
        std::error_code nobody_listens;
        manager_.stopping(nobody_listens);
        before_stop();
        handing_over.request_stop();
        server.request_stop();
    });
    cli::say("listening on {}\n", listener.local_endpoint().to_string());
    manager_.ready();
    serve();
    beside.request_stop();
}

/// Lets the predecessor, if there is one, stop.
void service::take_over() {
    handover_->ready();
    const auto predecessor = handover_->predecessor();
    if (!predecessor)
        return;
    cli::say("took over from process {}\n", *predecessor);
    std::error_code nobody_listens;
    manager_.main_process(::getpid(), nobody_listens);
    if (options_.inspect)
        inspect_when_free();
}

/// The predecessor is about to leave the inspector's path. The server goes on without one if need be.
void service::inspect_when_free() try {
    const fibers::timeout_scope limit{longest_answer};
    while (!inspector_)
        try {
            inspector_.emplace(runtime_, *options_.inspect);
        } catch (const std::system_error& failure) {
            if (failure.code() != std::errc::address_in_use)
                throw;
            fibers::this_fiber::sleep_for(10ms);
        }
} catch (const std::system_error& failure) {
    fmt::print(stderr, "nobody can look inside: {}\n", failure.what());
}

/// Lets the server stop when a successor has taken over.
void service::hand_over(netio::server& server) {
    std::error_code ec;
    handover_->wait(ec);
    if (ec) {
        handover_.reset(); // whoever comes now need not wait for an answer
        if (ec != std::errc::operation_canceled)
            fmt::print(stderr, "nobody can take over any more: {}\n", ec.message());
        return;
    }
    cli::say("handed over\n");
    fibers::blocking([&] { inspector_.reset(); });
    server.request_stop();
}
