#include <apps/tcp_proxy/proxy.hpp>

#include <apps/cli/say.hpp>
#include <apps/service/service.hpp>
#include <apps/tcp_proxy/backends.hpp>
#include <apps/tcp_proxy/dialler.hpp>
#include <apps/tcp_proxy/forward.hpp>

#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/ticker.hpp>
#include <fibers/timeout.hpp>
#include <netio/proxy_protocol.hpp>
#include <netio/serve.hpp>
#include <netio/tcp_listener.hpp>
#include <netio/tls.hpp>

#include <atomic>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;

class proxy {
  public:
    explicit proxy(const options& chosen)
        : options_{chosen}, dialler_{chosen}, backends_{chosen.backends, chosen.policy} {
        if (chosen.tls_listen)
            tls_.emplace(netio::tls_server_options{
                .identities = {netio::tls_identity::from_files(chosen.tls_listen->certificate,
                                                               chosen.tls_listen->key)}});
    }

    void run(service& service) {
        netio::tcp_listener listener = service.listen();
        netio::serve_options serving = options_.serving;
        serving.on_drain = [](std::size_t open) { cli::say("connections still open: {}\n", open); };
        netio::server server{serving};
        fibers::scope beside;
        if (options_.check_interval != options_.check_interval.zero())
            for (backend& each : backends_)
                beside.spawn([&] { watch(each); });
        service.serve(server, listener,
                      [this](netio::tcp_stream client) { handle(std::move(client)); });
        beside.request_stop();
        cli::say("connections: {}, without a backend: {}, bytes to backends: {}, to clients: {}\n",
                 server.counts().accepted, unserved_, sum_.to_backends, sum_.to_clients);
    }

  private:
    /// A backend's connection, of which the backend knows.
    struct link {
        backend::use use;
        backend_stream stream;
    };

    void watch(backend& one) {
        for ([[maybe_unused]] const auto ticks : fibers::ticker{options_.check_interval})
            attempt(one, {.is_local = true});
    }

    /// None: it cannot be connected to, and this is noted. *Fails with* std::errc::operation_canceled.
    std::optional<link> attempt(backend& one, const netio::proxy_header& header) try {
        backend::use use{one};
        std::optional<link> made{{std::move(use), dialler_.dial(one.address(), header)}};
        one.note_success();
        return made;
    } catch (const std::system_error& failure) {
        if (failure.code() == std::errc::operation_canceled)
            throw;
        one.note_failure(failure.what());
        return std::nullopt;
    }

    /// None: however many have been tried, none can be had.
    std::optional<link> connect(const netio::proxy_header& header) {
        std::vector<backend*> tried;
        for (unsigned left = options_.retries + 1; left != 0; --left) {
            backend* one = backends_.next(tried);
            if (!one) {
                fibers::this_fiber::sleep_for(100ms); // it may be starting anew
                tried.clear();
                one = backends_.next(tried);
            }
            if (auto made = attempt(*one, header))
                return made;
            tried.push_back(one);
        }
        return std::nullopt;
    }

    void handle(netio::tcp_stream client) try {
        const idle_watch idle{client.native_handle(), options_.idle_timeout};
        const netio::proxy_header header = header_for(client);
        if (!tls_)
            return pass_on(client, header, idle);
        std::optional<fibers::timeout_scope> limit{options_.connect_timeout};
        netio::tls_stream secured{std::move(client), *tls_};
        limit.reset();
        pass_on(secured, header, idle);
    } catch (const std::system_error& failure) {
        if (failure.code() == std::errc::operation_canceled)
            throw;
        // The client has gone, or speaks something else; anybody can do that.
    }

    /// Who connects to whom; what is in front of this proxy knows it better.
    netio::proxy_header header_for(netio::tcp_stream& client) const {
        netio::proxy_header own{.source = client.remote_endpoint(),
                                .destination = client.local_endpoint()};
        if (!options_.accept_proxy)
            return own;
        const fibers::timeout_scope limit{options_.connect_timeout};
        netio::proxy_header told = netio::read_proxy_header(client);
        return told.is_local ? own : told;
    }

    template <class Client>
    void pass_on(Client& client, const netio::proxy_header& header, const idle_watch& idle) {
        auto made = connect(header);
        if (!made) {
            ++unserved_;
            cut(client);
            return;
        }
        std::visit([&](auto& stream) { forward(client, stream, idle, sum_); }, made->stream);
    }

    const options& options_;
    dialler dialler_;
    backends backends_;
    std::optional<netio::tls_server_context> tls_; // none: clients do not speak TLS
    traffic sum_;
    std::atomic<std::uint64_t> unserved_{0};
};

} // namespace

void run_proxy(const options& chosen) {
    service service{chosen.service};
    service.run([&] { proxy{chosen}.run(service); });
}
