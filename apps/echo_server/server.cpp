#include <apps/echo_server/server.hpp>

#include <apps/cli/command_line.hpp>
#include <apps/echo_server/echo_handler.hpp>
#include <apps/service/service.hpp>

#include <fibers/runtime.hpp>
#include <netio/serve.hpp>
#include <netio/tcp_listener.hpp>

#include <fmt/format.h>

#include <cstddef>
#include <cstdio>
#include <utility>

namespace {

template <class... Args>
void say(fmt::format_string<Args...> format, Args&&... args) {
    fmt::print(format, std::forward<Args>(args)...);
    std::fflush(stdout);
}

void run(const options& options, service& service) {
    netio::tcp_listener listener = service.listen(options.address);
    echo_handler handler{options};
    netio::server server{{.max_connections = options.max_connections,
                          .drain_timeout = options.drain_timeout,
                          .on_drain = [&](std::size_t open) {
                              say("connections still open: {}, they have {} to finish\n", open,
                                  cli::to_string(options.drain_timeout));
                          }}};
    service.run(server, listener, [&] { server.serve(listener, handler); });
    say("connections served: {}, bytes echoed: {}\n", server.counts().accepted, handler.bytes());
}

} // namespace

void serve(const options& options) {
    service service{options.handover};
    fibers::runtime runtime{{.workers = options.workers}};
    runtime.run([&] { run(options, service); });
}
