#include <apps/chat/server.hpp>

#include <apps/chat/room.hpp>
#include <apps/chat/session.hpp>

#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <netio/signal.hpp>
#include <netio/tcp_listener.hpp>

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <utility>

namespace {

void accept_all(netio::tcp_listener& listener, const options& options) {
    room room;
    fibers::scope sessions{fibers::on_failure::ignore};
    for (netio::tcp_stream peer : listener.incoming())
        sessions.spawn(
            [&room, &options](netio::tcp_stream stream) {
                session{std::move(stream), room, options.queue}.run();
            },
            std::move(peer));
    sessions.request_stop();
}

} // namespace

void serve(const options& options) {
    netio::signal_set signals{SIGINT, SIGTERM};
    fibers::runtime runtime{{.workers = options.workers}};
    runtime.run([&] {
        netio::tcp_listener listener{options.address};
        fmt::print("listening on {}\n", listener.local_endpoint().to_string());
        std::fflush(stdout);
        fibers::scope until_signal;
        until_signal.spawn([&] { accept_all(listener, options); });
        signals.wait();
        listener.close();
        until_signal.join();
    });
}
