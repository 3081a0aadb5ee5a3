#include <apps/http_server/server.hpp>

#include <apps/cli/say.hpp>
#include <apps/http_server/access_log.hpp>
#include <apps/http_server/metrics.hpp>
#include <apps/http_server/site.hpp>
#include <apps/service/service.hpp>

#include <fibers/metrics.hpp>
#include <fibers/prometheus.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>
#include <netio/http/router.hpp>
#include <netio/http/serve_http.hpp>
#include <netio/serve.hpp>
#include <netio/tcp_listener.hpp>
#include <netio/tls.hpp>

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace {

using netio::http::field;
using netio::http::request;
using netio::http::response;
using netio::http::status;

/// After the last answer.
constexpr std::chrono::seconds longest_writing{2};

void send_text(response& reply, std::string_view text) {
    reply.set(field::content_type, "text/plain; charset=utf-8");
    reply.send(text);
}

class http_server {
  public:
    explicit http_server(const options& options)
        : options_{options}
        , site_{options.root}
        , log_{options.access_log}
        , server_{options.serving} {
        if (options.tls)
            tls_.emplace(netio::tls_server_options{.identities = {netio::tls_identity::from_files(
                                                       options.tls->certificate, options.tls->key)},
                                                   .application_protocols = {"http/1.1"}});
        add_routes();
        connection_ = {.max_header_bytes = options.max_header,
                       .max_requests = options.max_requests,
                       .header_timeout = options.header_timeout,
                       .idle_timeout = options.idle_timeout,
                       .write_timeout = options.write_timeout,
                       .drain = server_.draining(),
                       .on_answer = [this](const netio::http::answered& done) {
                           metrics_.add(done);
                           if (!options_.access_log.empty())
                               log_.add(done);
                       }};
    }

    void run(service& service) {
        netio::tcp_listener listener = service.listen();
        fibers::scope logging;
        if (!options_.access_log.empty())
            logging.spawn([this] { log_.write(); });
        service.serve(
            server_, listener, [this](netio::tcp_stream stream) { handle(std::move(stream)); },
            [this] {
                is_ready_ = false;
                fibers::this_fiber::sleep_for(options_.drain_delay);
            });
        log_.close();
        if (!ends_soon(logging)) {
            fmt::print(stderr, "http_server: the end of the access log could not be written\n");
            return; // who reads it might be who reads our standard output
        }
        cli::say("connections served: {}, requests answered: {}\n", server_.counts().accepted,
                 metrics_.requests());
    }

  private:
    void add_routes() {
        router_.get("/*",
                    [this](request& question, response& reply) { site_.answer(question, reply); });
        router_.get("/healthz/live", [](request&, response& reply) { send_text(reply, "live\n"); });
        for (const char* path : {"/healthz", "/healthz/ready"})
            router_.get(path, [this](request&, response& reply) {
                if (is_ready_)
                    return send_text(reply, "ready\n");
                reply.set_status(status::service_unavailable);
                send_text(reply, "draining\n");
            });
        router_.get("/metrics", [this](request&, response& reply) {
            reply.set(field::content_type, "text/plain; version=0.0.4; charset=utf-8");
            reply.send(metrics_.text(server_.counts(), log_.dropped()) +
                       fibers::to_prometheus(fibers::collect_metrics()));
        });
    }

    static bool ends_soon(fibers::scope& logging) {
        const fibers::timeout_scope limit{longest_writing};
        try {
            logging.join();
            return true;
        } catch (const std::system_error& late) {
            if (late.code() != std::errc::timed_out)
                throw;
            return false;
        }
    }

    void handle(netio::tcp_stream stream) {
        const std::string peer = stream.remote_endpoint().address().to_string();
        if (!tls_)
            return netio::http::serve_http(stream, router_, connection_, peer);
        netio::tls_stream secured = secure(std::move(stream));
        netio::http::serve_http(secured, router_, connection_, peer);
    }

    netio::tls_stream<netio::tcp_stream> secure(netio::tcp_stream stream) const {
        const fibers::timeout_scope limit{options_.header_timeout};
        return {std::move(stream), *tls_};
    }

    const options& options_;
    site site_;
    access_log log_;
    metrics metrics_;
    netio::http::router router_;
    netio::http::connection_options connection_;
    std::optional<netio::tls_server_context> tls_; // none: plain TCP
    std::atomic<bool> is_ready_ = true;
    netio::server server_;
};

} // namespace

void serve(const options& options) {
    service service{options.service};
    service.run([&] { http_server{options}.run(service); });
}
