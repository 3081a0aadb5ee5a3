#include <apps/echo_load/options.hpp>

#include <apps/cli/command_line.hpp>

#include <unistd.h>

options options_from(int argc, char** argv) {
    CLI::App app{
        "Sends messages to an echo server, checks every byte that comes back, and measures.",
        "echo_load"};

    options chosen;
    app.add_option("target", chosen.target, "the server, HOST:PORT")->capture_default_str();
    chosen.progress = ::isatty(STDERR_FILENO) == 1;
    const auto positive = CLI::Range(1, 1'000'000).description("");
    app.add_option("--connections", chosen.connections, "how many at once")
        ->check(positive)
        ->capture_default_str();
    app.add_option("--size", chosen.size, "bytes in a message")
        ->check(positive)
        ->capture_default_str();
    app.add_option("--pipeline", chosen.pipeline,
                   "how many messages of a connection are under way at once")
        ->check(positive)
        ->capture_default_str();
    const auto duration =
        cli::add_duration(app, "--duration", chosen.duration, "how long to go on sending");
    app.add_option("--count", chosen.count,
                   "how many messages to send in all, however long it takes")
        ->excludes(duration);
    cli::add_duration(app, "--timeout", chosen.timeout,
                      "a reply that takes longer than this is an error");
    app.add_option("--workers", chosen.workers, "threads that send; 0: one for each processor")
        ->check(CLI::Range(0, 1024).description(""))
        ->capture_default_str();
    app.add_flag("--progress,!--no-progress", chosen.progress,
                 "a line each second on stderr (default: if that is a terminal)");
    app.add_flag("--json", chosen.json, "results as one JSON object");

    cli::parse_or_exit(app, argc, argv);
    return chosen;
}
