#include <apps/service/service_options.hpp>

#include <netio/ip_address.hpp>

#include <cstdint>
#include <string>
#include <tuple>

namespace {

void add_path(CLI::App& app, const std::string& name, std::optional<netio::unix_endpoint>& value,
              const std::string& description) {
    const auto store = [&value](const std::string& path) {
        value = netio::unix_endpoint::from_path(path);
    };
    app.add_option_function<std::string>(name, store, description)->type_name("PATH");
}

} // namespace

void add_service_options(CLI::App& app, service_options& chosen) {
    netio::endpoint& where = chosen.address;
    app.add_option_function<std::string>(
           "--address",
           [&where](const std::string& text) {
               where = {netio::ip_address::parse(text), where.port()};
           },
           "IPv4 or IPv6 address to listen on")
        ->default_str(where.address().to_string());
    app.add_option_function<std::uint16_t>(
           "--port",
           [&where](const std::uint16_t& port) {
               where = {where.address(), port};
           },
           "port to listen on; 0: any free one")
        ->check(CLI::Range(0, 65535).description(""))
        ->default_str(std::to_string(where.port()));
    app.add_option("--workers", chosen.workers, "threads that serve; 0: one for each processor")
        ->check(CLI::Range(0, 1024).description(""))
        ->capture_default_str();
    add_path(app, "--handover", chosen.handover,
             "takes over from the server that runs with the same path, if there is one, and lets "
             "the next one take over; nobody is refused meanwhile");
    add_path(app, "--inspect", chosen.inspect,
             "a socket at which weft_top sees what the fibers are doing");
}

void add_serve_options(CLI::App& app, netio::serve_options& chosen) {
    app.add_option("--max-connections", chosen.max_connections,
                   "how many are served at once, others wait; 0: any number")
        ->capture_default_str();
    cli::add_duration(app, "--drain-timeout", chosen.drain_timeout,
                      "how long connections may go on when the server is to end");
}

void add_tls_options(CLI::App& app, std::optional<tls_files>& chosen,
                     const std::string& what_it_means) {
    CLI::Option* const tls = app.add_flag_function(
        "--tls", [&chosen](std::int64_t) { chosen.emplace(); }, what_it_means);
    for (const auto& [name, file, what] :
         {std::tuple{"--certificate", &tls_files::certificate, "certificate chain, PEM"},
          std::tuple{"--key", &tls_files::key, "private key, PEM"}}) {
        // Called after that of --tls, and also without it, before that is refused.
        const auto store = [&chosen, member = file](const std::string& path) {
            if (chosen)
                (*chosen).*member = path;
        };
        tls->needs(app.add_option_function<std::string>(name, store, what)->needs(tls));
    }
}
