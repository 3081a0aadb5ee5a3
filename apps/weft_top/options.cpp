#include <apps/weft_top/options.hpp>

#include <apps/cli/command_line.hpp>

#include <map>
#include <string>

using namespace std::chrono_literals;

options options_from(int argc, char** argv) {
    CLI::App app{"Shows what the workers and fibers of a running program are doing.\n"
                 "The program has a netio::inspector: echo_server --inspect PATH",
                 "weft_top"};
    options chosen{.where = {}, .interval = 1s, .once = false, .sorted_by = order::by_state};

    std::string path;
    app.add_option("path", path, "the inspector's socket")->required()->type_name("PATH");
    cli::add_duration(app, "--interval", chosen.interval, "how long each picture stays");
    app.add_flag("--once", chosen.once, "prints one picture, with all fibers, and ends");
    const std::map<std::string, order> orders{
        {"state", order::by_state}, {"time", order::by_time}, {"name", order::by_name}};
    app.add_option("--sort", chosen.sorted_by,
                   "state (who runs, who can go on, who waits for longest), time, or name")
        ->transform(CLI::CheckedTransformer(orders).description(""))
        ->type_name("ORDER");

    cli::parse_or_exit(app, argc, argv);
    chosen.where = netio::unix_endpoint::from_path(path);
    return chosen;
}
