#include <apps/chat/options.hpp>

#include <apps/cli/command_line.hpp>

options options_from(int argc, char** argv, const char* name, const char* description) {
    CLI::App app{description, name};
    options chosen{.service = {.address = "127.0.0.1:8081"}, .queue = 64};
    add_service_options(app, chosen.service);
    app.add_option("--queue", chosen.queue,
                   "how many lines somebody may be behind before they are put out")
        ->check(CLI::Range(1, 1'000'000).description(""))
        ->capture_default_str();

    cli::parse_or_exit(app, argc, argv);
    return chosen;
}
