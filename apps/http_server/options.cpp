#include <apps/http_server/options.hpp>

#include <apps/cli/command_line.hpp>

using namespace std::chrono_literals;

namespace {

void add_limits(CLI::App& app, options& chosen) {
    add_serve_options(app, chosen.serving);
    app.add_option("--max-connections-per-address", chosen.serving.max_connections_per_address,
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
}

} // namespace

options options_from(int argc, char** argv) {
    CLI::App app{"Serves the files of a folder over HTTP. Try it: curl http://127.0.0.1:8080/",
                 "http_server"};
    options chosen{.root = {},
                   .service = {.address = "127.0.0.1:8080"},
                   .serving = {.drain_timeout = 10s},
                   .max_requests = 0,
                   .max_header = 16 * 1024,
                   .header_timeout = 10s,
                   .idle_timeout = 60s,
                   .write_timeout = 20s,
                   .drain_delay = 0s,
                   .access_log = {},
                   .tls = {}};

    app.add_option("--root", chosen.root, "the folder")->required();
    add_service_options(app, chosen.service);
    add_limits(app, chosen);
    app.add_option("--access-log", chosen.access_log,
                   "a file that gets a line for each answer, common log format; -: stdout");

    add_tls_options(app, chosen.tls, "speaks HTTPS");

    cli::parse_or_exit(app, argc, argv);
    return chosen;
}
