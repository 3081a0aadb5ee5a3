#include <apps/echo_server/server.hpp>

#include <apps/cli/command_line.hpp>
#include <apps/cli/say.hpp>
#include <apps/echo_server/echo_handler.hpp>
#include <apps/service/service.hpp>

#include <netio/serve.hpp>
#include <netio/tcp_listener.hpp>

#include <cstddef>

namespace {

void run(const options& options, service& service) {
    netio::tcp_listener listener = service.listen();
    echo_handler handler{options};
    netio::serve_options serving = options.serving;
    serving.on_drain = [&](std::size_t open) {
        cli::say("connections still open: {}, they have {} to finish\n", open,
                 cli::to_string(serving.drain_timeout));
    };
    netio::server server{serving};
    service.serve(server, listener, handler);
    cli::say("connections served: {}, bytes echoed: {}\n", server.counts().accepted,
             handler.bytes());
}

} // namespace

void serve(const options& options) {
    service service{options.service};
    service.run([&] { run(options, service); });
}
