#include <apps/echo_server/options.hpp>

#include <apps/cli/command_line.hpp>

#include <netio/ip_address.hpp>

#include <cstdint>
#include <string>
#include <tuple>

using namespace std::chrono_literals;

options options_from(int argc, char** argv) {
    CLI::App app{"Sends back whatever it receives, over TCP. Try it: nc 127.0.0.1 8080",
                 "echo_server"};

    std::string address = "127.0.0.1";
    app.add_option("--address", address, "IPv4 or IPv6 address to listen on")
        ->capture_default_str();

    std::uint16_t port = 8080;
    app.add_option("--port", port, "port to listen on; 0: any free one")
        ->check(CLI::Range(0, 65535).description(""))
        ->capture_default_str();

    options chosen{.address = {},
                   .workers = 1,
                   .idle_timeout = 0s,
                   .max_connections = 0,
                   .drain_timeout = 5s,
                   .behind_proxy = false,
                   .tls = {},
                   .handover = {},
                   .inspect = {}};
    app.add_option("--workers", chosen.workers, "threads that serve; 0: one for each processor")
        ->check(CLI::Range(0, 1024).description(""))
        ->capture_default_str();
    app.add_option("--max-connections", chosen.max_connections,
                   "how many are served at once, others wait; 0: any number")
        ->capture_default_str();
    cli::add_duration(
        app, "--idle-timeout", chosen.idle_timeout,
        "a connection ends when it has echoed nothing for so long, as in 30s; 0: never");
    cli::add_duration(app, "--drain-timeout", chosen.drain_timeout,
                      "how long connections may go on after SIGINT or SIGTERM");

    app.add_flag(
        "--proxy-protocol", chosen.behind_proxy,
        "the server is behind a proxy that puts a PROXY header in front of each connection");

    std::string handover;
    app.add_option(
        "--handover", handover,
        "takes over from the server that runs with the same path, if there is one, and lets the "
        "next one take over; without a connection lost");

    std::string inspect;
    app.add_option("--inspect", inspect,
                   "path of a socket at which weft_top sees what the fibers are doing");

    tls_files files;
    bool speaks_tls = false;
    CLI::Option* const tls =
        app.add_flag("--tls", speaks_tls, "speaks TLS: openssl s_client -connect 127.0.0.1:8080");
    for (const auto& [name, file, what] :
         {std::tuple{"--certificate", &files.certificate, "certificate chain, PEM"},
          std::tuple{"--key", &files.key, "private key, PEM"}})
        tls->needs(app.add_option(name, *file, what)->needs(tls));

    cli::parse_or_exit(app, argc, argv);
    chosen.address = {netio::ip_address::parse(address), port};
    if (!handover.empty())
        chosen.handover = netio::unix_endpoint::from_path(handover);
    if (!inspect.empty())
        chosen.inspect = netio::unix_endpoint::from_path(inspect);
    if (speaks_tls)
        chosen.tls = files;
    return chosen;
}
