#include <apps/echo_server/options.hpp>

#include <apps/cli/command_line.hpp>

using namespace std::chrono_literals;

options options_from(int argc, char** argv) {
    CLI::App app{"Sends back whatever it receives, over TCP. Try it: nc 127.0.0.1 8080",
                 "echo_server"};

    options chosen{.service = {.address = "127.0.0.1:8080"},
                   .serving = {.drain_timeout = 5s},
                   .idle_timeout = 0s,
                   .behind_proxy = false,
                   .tls = {}};
    add_service_options(app, chosen.service);
    add_serve_options(app, chosen.serving);
    cli::add_duration(
        app, "--idle-timeout", chosen.idle_timeout,
        "a connection ends when it has echoed nothing for so long, as in 30s; 0: never");
    app.add_flag(
        "--proxy-protocol", chosen.behind_proxy,
        "the server is behind a proxy that puts a PROXY header in front of each connection");

    add_tls_options(app, chosen.tls, "speaks TLS: openssl s_client -connect 127.0.0.1:8080");

    cli::parse_or_exit(app, argc, argv);
    return chosen;
}
