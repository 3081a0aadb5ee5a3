#include <apps/web_chat/server.hpp>

#include <apps/chat/room.hpp>
#include <apps/chat/session.hpp>
#include <apps/service/service.hpp>
#include <apps/web_chat/page.hpp>
#include <apps/web_chat/web_visitor.hpp>

#include <fibers/cancellation.hpp>
#include <netio/http/router.hpp>
#include <netio/http/serve_http.hpp>
#include <netio/serve.hpp>
#include <netio/tcp_listener.hpp>

#include <chrono>
#include <string_view>

using namespace std::chrono_literals;

namespace {

using netio::http::field;
using netio::http::request;
using netio::http::response;
using netio::http::status;

/// A browser lets every page connect to every server, and says in Origin which page it was.
bool is_from_our_page(const request& question) {
    const std::string_view origin = question[field::origin];
    const std::size_t host = origin.find("://");
    return origin.empty() ||
           (host != origin.npos && origin.substr(host + 3) == question[field::host]);
}

void show_page(request&, response& reply) {
    reply.set(field::content_type, "text/html; charset=utf-8");
    reply.set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; "
                                         "script-src 'unsafe-inline'; connect-src 'self'");
    reply.send(page);
}

void enter(request& question, response& reply, room& room, std::size_t queue) {
    if (!question.wants_upgrade("websocket"))
        return reply.send_status(status::upgrade_required);
    if (!is_from_our_page(question))
        return reply.send_status(status::forbidden);
    web_visitor visitor{question};
    session{visitor, room, queue}.run();
    const fibers::cancellation_shield shield;
    visitor.close();
}

} // namespace

void serve(const options& options) {
    service service{options.service};
    service.run([&] {
        netio::tcp_listener listener = service.listen();
        room room;
        netio::http::router router;
        router.get("/", show_page).get("/room", [&](request& question, response& reply) {
            enter(question, reply, room, options.queue);
        });
        netio::server server{{.drain_timeout = 200ms}}; // nobody leaves by themselves
        const netio::http::connection_options connection{.drain = server.draining()};
        const auto handle = [&](netio::tcp_stream stream) {
            netio::http::serve_http(stream, router, connection);
        };
        service.serve(server, listener, handle);
    });
}
