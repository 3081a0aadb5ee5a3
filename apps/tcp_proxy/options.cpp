#include <apps/tcp_proxy/options.hpp>

#include <apps/cli/command_line.hpp>

#include <map>
#include <utility>

options options_from(int argc, char** argv) {
    CLI::App app{"Forwards TCP connections to backends.", "tcp_proxy"};
    options chosen;
    add_service_options(app, chosen.service);
    add_serve_options(app, chosen.serving);
    app.add_option("backends", chosen.backends, "HOST:PORT or unix:/path, one or several")
        ->required();

    const std::map<std::string, balance> policies{
        {"round-robin", balance::round_robin}, {"least-connections", balance::least_connections}};
    app.add_option("--balance", chosen.policy, "which backend is next")
        ->transform(CLI::CheckedTransformer(policies).description(""))
        ->type_name("round-robin|least-connections")
        ->default_str("round-robin");
    app.add_option("--retries", chosen.retries,
                   "how many further attempts there are where a backend cannot be connected to")
        ->capture_default_str();

    std::pair<std::string, std::string> identity;
    CLI::Option* const tls_listen =
        app.add_option("--tls-listen", identity,
                       "clients speak TLS: certificate chain and key, PEM")
            ->type_name("CERTIFICATE KEY");
    backend_tls tls;
    bool speaks_tls = false;
    CLI::Option* const tls_backend =
        app.add_flag("--tls-backend", speaks_tls, "backends speak TLS");
    app.add_option("--tls-backend-authority", tls.authority,
                   "trusts the certificates in this file, too, PEM")
        ->needs(tls_backend);
    app.add_option("--tls-backend-host", tls.host,
                   "whose certificate backends show (default: that of their own host)")
        ->needs(tls_backend);

    app.add_flag("--accept-proxy", chosen.accept_proxy,
                 "connections begin with a header of the PROXY protocol");
    const std::map<std::string, netio::proxy_version> versions{{"v1", netio::proxy_version::v1},
                                                               {"v2", netio::proxy_version::v2}};
    app.add_option("--send-proxy", chosen.send_proxy, "backends get a header of the PROXY protocol")
        ->transform(CLI::CheckedTransformer(versions).description(""))
        ->type_name("v1|v2");

    cli::add_duration(app, "--connect-timeout", chosen.connect_timeout,
                      "how long a connection to a backend, or a handshake, may take");
    cli::add_duration(app, "--idle-timeout", chosen.idle_timeout,
                      "a connection ends when nothing was sent either way for so long; 0: never");
    cli::add_duration(app, "--check-interval", chosen.check_interval,
                      "how often to see whether each backend can be connected to; 0: never");

    cli::parse_or_exit(app, argc, argv);
    if (*tls_listen)
        chosen.tls_listen = tls_files{identity.first, identity.second};
    if (speaks_tls)
        chosen.tls_backend = tls;
    return chosen;
}
