// The load generator of the comparisons: a bare epoll loop, so that it is cheap and takes no side.
// It prints one line of JSON. Every byte that comes back is compared with what was sent; a server
// that refuses, closes, answers wrongly or not at all makes it end with code 1 and a line of text.

#include <benchmarks/load/churn_load.hpp>
#include <benchmarks/load/echo_load.hpp>
#include <benchmarks/load/idle_load.hpp>
#include <benchmarks/load/options.hpp>
#include <benchmarks/load/tls_load.hpp>
#include <benchmarks/load/udp_load.hpp>
#include <benchmarks/support/file_limit.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <exception>
#include <iostream>
#include <map>
#include <string>

namespace {

using mode = nlohmann::json (*)(const bench::load_options&);

const std::map<std::string, mode> modes{
    {"echo", bench::echo_load},           {"churn", bench::churn_load},
    {"idle", bench::idle_load},           {"tls_echo", bench::tls_echo_load},
    {"tls_churn", bench::tls_churn_load}, {"tls_idle", bench::tls_idle_load},
    {"udp_echo", bench::udp_load}};

void require_files(std::size_t connections) {
    const std::size_t limit = bench::raise_file_limit();
    if (connections + 16 > limit)
        throw std::runtime_error{std::to_string(connections) + " connections, but only " +
                                 std::to_string(limit) + " open files are allowed (ulimit -Hn)"};
}

} // namespace

int main(int argc, char** argv) {
    bench::load_options options;
    std::string name;
    double duration = options.duration.count();
    double warm_up = options.warm_up.count();

    CLI::App app{"Load for the echo servers on 127.0.0.1"};
    app.add_option("mode", name,
                   "echo: messages on persistent connections; churn: connect, one "
                   "echo, close; idle: connect, one echo, silence; tls_…: the same by TLS; "
                   "udp_echo: datagrams of so many sockets")
        ->required()
        ->check(CLI::IsMember(modes));
    app.add_option("--port", options.port, "The server's port")->required();
    app.add_option("--server", options.server,
                   "The server's process, to measure its CPU or memory");
    app.add_option("--connections", options.connections, "How many at once")
        ->check(CLI::PositiveNumber);
    app.add_option("--size", options.message_size, "Bytes in a message")
        ->check(CLI::Range(1, 1024));
    app.add_option("--depth", options.depth, "echo: messages under way on a connection")
        ->check(CLI::PositiveNumber);
    app.add_option("--duration", duration, "Seconds to measure");
    app.add_option("--warm-up", warm_up, "Seconds of load before that");
    CLI11_PARSE(app, argc, argv);
    options.duration = std::chrono::duration<double>{duration};
    options.warm_up = std::chrono::duration<double>{warm_up};

    try {
        require_files(options.connections);
        std::cout << modes.at(name)(options) << std::endl;
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "raw_load: " << error.what() << '\n';
        return 1;
    }
}
