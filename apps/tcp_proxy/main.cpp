#include <apps/cli/descriptor_limit.hpp>
#include <apps/tcp_proxy/options.hpp>
#include <apps/tcp_proxy/proxy.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int argc, char** argv) try {
    const options chosen = options_from(argc, argv);
    cli::raise_descriptor_limit();
    run_proxy(chosen);
} catch (const std::exception& error) {
    fmt::print(stderr, "tcp_proxy: {}\n", error.what());
    return EXIT_FAILURE;
}
