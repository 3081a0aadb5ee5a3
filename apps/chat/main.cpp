#include <apps/chat/options.hpp>
#include <apps/chat/server.hpp>
#include <apps/cli/descriptor_limit.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

int main(int argc, char** argv) try {
    const options chosen =
        options_from(argc, argv, "chat", "A chat room over TCP. Try it: nc 127.0.0.1 8081");
    cli::raise_descriptor_limit();
    serve(chosen);
} catch (const std::exception& error) {
    fmt::print(stderr, "chat: {}\n", error.what());
    return EXIT_FAILURE;
}
