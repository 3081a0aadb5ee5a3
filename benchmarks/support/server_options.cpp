#include <benchmarks/support/server_options.hpp>

#include <benchmarks/support/file_limit.hpp>

#include <CLI/CLI.hpp>

#include <cstdlib>

namespace bench {

server_options parse_server_options(int argc, char** argv, server_features features) {
    server_options options;
    unsigned idle_seconds = 0;

    CLI::App app{"An echo server on 127.0.0.1 that Weft is compared with"};
    app.add_option("--port", options.port, "TCP port; 0 picks a free one");
    if (features.workers)
        app.add_option("--workers", options.workers, "Threads that serve")
            ->check(CLI::PositiveNumber);
    if (features.idle_timeout)
        app.add_option("--idle-timeout", idle_seconds,
                       "Seconds after which a silent peer is disconnected; 0: never");
    if (features.tls) {
        app.add_option("--certificate", options.certificate, "Certificate chain, PEM")->required();
        app.add_option("--key", options.key, "Private key, PEM")->required();
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error));
    }
    options.idle_timeout = std::chrono::seconds{idle_seconds};
    raise_file_limit();
    return options;
}

} // namespace bench
