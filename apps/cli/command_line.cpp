#include <apps/cli/command_line.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <map>

namespace cli {

void parse_or_exit(CLI::App& app, int argc, char** argv) {
    app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
        return fmt::format("{}: {} (--help lists the options)\n", failed->get_name(), error.what());
    });
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::exit(app.exit(error) == EXIT_SUCCESS ? EXIT_SUCCESS : EXIT_FAILURE);
    }
}

CLI::Option* add_duration(CLI::App& app, const std::string& name, std::chrono::milliseconds& value,
                          const std::string& description) {
    static const std::map<std::string, double> units{
        {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
    const auto store = [name, &value](double seconds) {
        if (!(seconds >= 0 && seconds <= 1e9))
            throw CLI::ValidationError{name, "must not be negative, nor above 1e9 seconds"};
        value =
            std::chrono::round<std::chrono::milliseconds>(std::chrono::duration<double>{seconds});
    };
    return app.add_option_function<double>(name, store, description)
        ->transform(CLI::AsNumberWithUnit{units}.description(""))
        ->type_name("DURATION")
        ->default_str(to_string(value));
}

std::string to_string(std::chrono::milliseconds duration) {
    return fmt::format("{}s", std::chrono::duration<double>{duration}.count());
}

std::string listening_address_or_exit(int argc, char** argv, const std::string& description) {
    CLI::App app{description, std::filesystem::path{argv[0]}.filename()};
    std::string address = "127.0.0.1:8080";
    app.add_option("address", address, "where to listen, ADDRESS:PORT")->capture_default_str();
    parse_or_exit(app, argc, argv);
    return address;
}

} // namespace cli
