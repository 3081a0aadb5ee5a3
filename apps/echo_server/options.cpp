#include <apps/echo_server/options.hpp>

#include <apps/cli/command_line.hpp>

#include <tuple>

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

    tls_files files;
    bool speaks_tls = false;
    CLI::Option* const tls =
        app.add_flag("--tls", speaks_tls, "speaks TLS: openssl s_client -connect 127.0.0.1:8080");
    for (const auto& [name, file, what] :
         {std::tuple{"--certificate", &files.certificate, "certificate chain, PEM"},
          std::tuple{"--key", &files.key, "private key, PEM"}})
        tls->needs(app.add_option(name, *file, what)->needs(tls));

    cli::parse_or_exit(app, argc, argv);
    if (speaks_tls)
        chosen.tls = files;
    return chosen;
}
