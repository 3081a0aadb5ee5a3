#include <apps/crawler/options.hpp>

#include <apps/cli/command_line.hpp>
#include <apps/crawler/concurrency.hpp>

#include <unistd.h>

options options_from(int argc, char** argv) {
    CLI::App app{"Crawls a made-up web with many threads that block.", program_name};
    options chosen;
    chosen.progress = ::isatty(STDERR_FILENO) == 1;
    const auto count = CLI::Range(1, 1'000'000).description("");
    app.add_option("--threads", chosen.threads, "that fetch pages")
        ->check(count)
        ->capture_default_str();
    app.add_option("--hosts", chosen.hosts, "in the web")->check(count)->capture_default_str();
    app.add_option("--pages", chosen.pages, "on each host")->check(count)->capture_default_str();
    app.add_option("--connections", chosen.connections, "to each host at once")
        ->check(count)
        ->capture_default_str();
    cli::add_duration(app, "--latency", chosen.latency, "that an answer takes on average");
    app.add_option(
           "--workers", chosen.workers,
           "OS threads that run the threads of crawler_on_fibers; 0: one for each processor")
        ->check(CLI::Range(0, 1024).description(""))
        ->capture_default_str();
    app.add_flag("--progress,!--no-progress", chosen.progress,
                 "a line each second on stderr (default: if that is a terminal)");
    cli::parse_or_exit(app, argc, argv);
    return chosen;
}
