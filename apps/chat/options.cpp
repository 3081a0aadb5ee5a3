#include <apps/chat/options.hpp>

#include <apps/cli/command_line.hpp>

#include <netio/ip_address.hpp>

#include <cstdint>
#include <string>

options options_from(int argc, char** argv, const char* name, const char* description) {
    CLI::App app{description, name};

    std::string address = "127.0.0.1";
    app.add_option("--address", address, "IPv4 or IPv6 address to listen on")
        ->capture_default_str();

    std::uint16_t port = 8081;
    app.add_option("--port", port, "port to listen on; 0: any free one")
        ->check(CLI::Range(0, 65535).description(""))
        ->capture_default_str();

    options chosen{.address = {}, .workers = 1, .queue = 64};
    app.add_option("--workers", chosen.workers, "threads that serve; 0: one for each processor")
        ->check(CLI::Range(0, 1024).description(""))
        ->capture_default_str();
    app.add_option("--queue", chosen.queue,
                   "how many lines somebody may be behind before they are put out")
        ->check(CLI::Range(1, 1'000'000).description(""))
        ->capture_default_str();

    cli::parse_or_exit(app, argc, argv);
    chosen.address = {netio::ip_address::parse(address), port};
    return chosen;
}
