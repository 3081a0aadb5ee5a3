#include <apps/cli/command_line.hpp>

#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <netio/buffer.hpp>
#include <netio/connect.hpp>
#include <netio/copy.hpp>
#include <netio/pipe.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace {

struct options {
    std::string server = "127.0.0.1:8081";
    std::string name;
};

options options_from(int argc, char** argv) {
    CLI::App app{"Enters a chat room: type what you say, /who to see who is there, /quit to leave",
                 "chat_client"};
    options chosen;
    app.add_option("server", chosen.server, "the room, HOST:PORT")->capture_default_str();
    app.add_option("--name", chosen.name, "yours; without it the room asks");
    cli::parse_or_exit(app, argc, argv);
    return chosen;
}

void say_what_is_typed(netio::tcp_stream& room) {
    auto typed = netio::standard_input();
    netio::copy(typed, room);
    room.shutdown_write();
}

void show_what_is_said(netio::tcp_stream& room) {
    auto shown = netio::standard_output();
    netio::copy(room, shown);
}

void chat(const options& options) {
    auto room = netio::connect(options.server);
    if (!options.name.empty())
        room.write_all(netio::buffer(options.name + '\n'));
    fibers::scope typing;
    typing.spawn([&] { say_what_is_typed(room); });
    show_what_is_said(room);
    typing.request_stop();
}

} // namespace

int main(int argc, char** argv) try {
    const options chosen = options_from(argc, argv);
    fibers::run([&] { chat(chosen); });
} catch (const std::exception& error) {
    fmt::print(stderr, "chat_client: {}\n", error.what());
    return EXIT_FAILURE;
}
