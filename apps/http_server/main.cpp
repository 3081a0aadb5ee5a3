#include <apps/cli/descriptor_limit.hpp>
#include <apps/http_server/options.hpp>
#include <apps/http_server/server.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int argc, char** argv) try {
    const options chosen = options_from(argc, argv);
    cli::raise_descriptor_limit();
    serve(chosen);
} catch (const std::exception& error) {
    fmt::print(stderr, "http_server: {}\n", error.what());
    return EXIT_FAILURE;
}
