#include <apps/echo_server/server.hpp>

#include <apps/cli/command_line.hpp>
#include <apps/cli/say.hpp>
#include <apps/echo_server/echo_handler.hpp>
#include <apps/service/service.hpp>

#include <fibers/runtime.hpp>
#include <netio/inspector.hpp>
#include <netio/serve.hpp>
#include <netio/tcp_listener.hpp>

#include <cstddef>
#include <optional>
#include <utility>

namespace {

void run(const options& options, service& service) {
    netio::tcp_listener listener = service.listen(options.address);
    echo_handler handler{options};
    netio::server server{{.max_connections = options.max_connections,
                          .drain_timeout = options.drain_timeout,
                          .on_drain = [&](std::size_t open) {
                              cli::say("connections still open: {}, they have {} to finish\n", open,
                                       cli::to_string(options.drain_timeout));
                          }}};
    service.run(server, listener, [&] { server.serve(listener, handler); });
    cli::say("connections served: {}, bytes echoed: {}\n", server.counts().accepted,
             handler.bytes());
}

} // namespace

void serve(const options& options) {
    service service{options.handover};
    fibers::runtime runtime{{.workers = options.workers}};
    std::optional<netio::inspector> inspector;
    if (options.inspect)
        inspector.emplace(runtime, *options.inspect);
    runtime.run([&] { run(options, service); });
}
