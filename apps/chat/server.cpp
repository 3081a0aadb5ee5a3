#include <apps/chat/server.hpp>

#include <apps/chat/room.hpp>
#include <apps/chat/session.hpp>

#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <netio/serve.hpp>
#include <netio/signal.hpp>
#include <netio/tcp_listener.hpp>

#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <utility>

using namespace std::chrono_literals;

void serve(const options& options) {
    netio::signal_set signals{SIGINT, SIGTERM};
    fibers::runtime runtime{{.workers = options.workers}};
    runtime.run([&] {
        netio::tcp_listener listener{options.address};
        fmt::print("listening on {}\n", listener.local_endpoint().to_string());
        std::fflush(stdout);
        room room;
        netio::server server{{.drain_timeout = 0s}}; // nobody leaves by themselves
        fibers::scope until_signal;
        until_signal.spawn([&] {
            signals.wait();
            server.request_stop();
        });
        server.serve(listener, [&](netio::tcp_stream stream) {
            session{std::move(stream), room, options.queue}.run();
        });
    });
}
