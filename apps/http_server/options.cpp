#include <apps/http_server/options.hpp>

#include <apps/cli/command_line.hpp>

#include <netio/ip_address.hpp>

#include <cstdint>
#include <string>
#include <tuple>

using namespace std::chrono_literals;

namespace {

void add_limits(CLI::App& app, options& chosen) {
    app.add_option("--max-connections", chosen.max_connections,
                   "how many are served at once, others wait; 0: any number")
        ->capture_default_str();
    app.add_option("--max-connections-per-address", chosen.max_connections_per_address,
                   "how many of one address, others are refused; 0: any number")
        ->capture_default_str();
    app.add_option("--max-requests", chosen.max_requests,
                   "how many on one connection; 0: any number")
        ->capture_default_str();
    app.add_option("--max-header", chosen.max_header, "bytes of a request's header")
        ->check(CLI::Range(256, 1 << 20).description(""))
        ->capture_default_str();
    cli::add_duration(app, "--header-timeout", chosen.header_timeout,
                      "how long a request's header may take to come, as in 10s");
    cli::add_duration(app, "--idle-timeout", chosen.idle_timeout,
                      "how long a connection may wait for its next request");
    cli::add_duration(app, "--write-timeout", chosen.write_timeout,
                      "how long a client may read less than 1 KiB/s");
    cli::add_duration(app, "--drain-delay", chosen.drain_delay,
                      "after SIGINT or SIGTERM: how long to go on and say that it is not ready");
    cli::add_duration(app, "--drain-timeout", chosen.drain_timeout,
                      "… and then, how long requests may take to be answered");
}

} // namespace

options options_from(int argc, char** argv) {
    CLI::App app{"Serves the files of a folder over HTTP. Try it: curl http://127.0.0.1:8080/",
                 "http_server"};
    options chosen{.root = {},
                   .address = {},
                   .workers = 1,
                   .max_connections = 0,
                   .max_connections_per_address = 0,
                   .max_requests = 0,
                   .max_header = 16 * 1024,
                   .header_timeout = 10s,
                   .idle_timeout = 60s,
                   .write_timeout = 20s,
                   .drain_delay = 0s,
                   .drain_timeout = 10s,
                   .access_log = {},
                   .tls = {}};

    app.add_option("--root", chosen.root, "the folder")->required();

    std::string address = "127.0.0.1";
    app.add_option("--address", address, "IPv4 or IPv6 address to listen on")
        ->capture_default_str();

    std::uint16_t port = 8080;
    app.add_option("--port", port, "port to listen on; 0: any free one")
        ->check(CLI::Range(0, 65535).description(""))
        ->capture_default_str();
    app.add_option("--workers", chosen.workers, "threads that serve; 0: one for each processor")
        ->check(CLI::Range(0, 1024).description(""))
        ->capture_default_str();
    add_limits(app, chosen);
    app.add_option("--access-log", chosen.access_log,
                   "a file that gets a line for each answer, common log format; -: stdout");

    tls_files files;
    bool speaks_tls = false;
    CLI::Option* const tls = app.add_flag("--tls", speaks_tls, "speaks HTTPS");
    for (const auto& [name, file, what] :
         {std::tuple{"--certificate", &files.certificate, "certificate chain, PEM"},
          std::tuple{"--key", &files.key, "private key, PEM"}})
        tls->needs(app.add_option(name, *file, what)->needs(tls));

    cli::parse_or_exit(app, argc, argv);
    chosen.address = {netio::ip_address::parse(address), port};
    if (speaks_tls)
        chosen.tls = files;
    return chosen;
}
