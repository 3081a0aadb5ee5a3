#include <apps/chat/server.hpp>

#include <apps/chat/room.hpp>
#include <apps/chat/session.hpp>
#include <apps/chat/tcp_visitor.hpp>
#include <apps/service/service.hpp>

#include <netio/serve.hpp>
#include <netio/tcp_listener.hpp>

#include <chrono>
#include <utility>

using namespace std::chrono_literals;

void serve(const options& options) {
    service service{options.service};
    service.run([&] {
        netio::tcp_listener listener = service.listen();
        room room;
        netio::server server{{.drain_timeout = 0s}}; // nobody leaves by themselves
        const auto handle = [&](netio::tcp_stream stream) {
            tcp_visitor visitor{std::move(stream)};
            session{visitor, room, options.queue}.run();
        };
        service.serve(server, listener, handle);
    });
}
