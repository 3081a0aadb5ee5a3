#include <benchmarks/support/micro_main.hpp>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <exception>
#include <iostream>
#include <string>

namespace bench {

int micro_main(int argc, char** argv, std::initializer_list<micro_case> cases) {
    CLI::App app{"Micro benchmarks of one library"};
    bool list = false;
    std::string name;
    app.add_flag("--list", list, "Print the names of the cases");
    app.add_option("case", name, "The case to run");
    CLI11_PARSE(app, argc, argv);

    if (list) {
        for (const micro_case& each : cases)
            std::cout << each.name << '\n';
        return 0;
    }
    const auto chosen = std::ranges::find(cases, name, &micro_case::name);
    if (chosen == cases.end()) {
        std::cerr << name << ": no such case; --list names them\n";
        return 1;
    }
    try {
        nlohmann::json figures = chosen->run();
        figures["case"] = name;
        std::cout << figures << std::endl;
        return 0;
    } catch (const std::exception& error) {
        std::cerr << name << ": " << error.what() << '\n';
        return 1;
    }
}

} // namespace bench
