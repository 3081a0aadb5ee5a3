#include <apps/cli/descriptor_limit.hpp>
#include <apps/echo_load/latencies.hpp>
#include <apps/echo_load/load.hpp>
#include <apps/echo_load/options.hpp>
#include <apps/echo_load/report.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int argc, char** argv) try {
    const options chosen = options_from(argc, argv);
    cli::raise_descriptor_limit();
    latencies measured;
    const auto elapsed = run_load(chosen, measured);
    report(chosen, elapsed, measured);
} catch (const std::exception& error) {
    fmt::print(stderr, "echo_load: {}\n", error.what());
    return EXIT_FAILURE;
}
