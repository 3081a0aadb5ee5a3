#include <apps/chat_client/keyboard.hpp>
#include <apps/cli/command_line.hpp>

#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <netio/buffer.hpp>
#include <netio/tcp.hpp>

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

namespace {

struct options {
    netio::endpoint server;
    std::string name;
};

options options_from(int argc, char** argv) {
    CLI::App app{"Enters a chat room: type what you say, /who to see who is there, /quit to leave",
                 "chat_client"};
    std::string server = "127.0.0.1:8081";
    app.add_option("server", server, "address and port of the room")->capture_default_str();
    options chosen;
    app.add_option("--name", chosen.name, "yours; without it the room asks");
    cli::parse_or_exit(app, argc, argv);
    chosen.server = netio::endpoint::parse(server);
    return chosen;
}

void say_what_is_typed(netio::tcp_stream& room) {
    keyboard typed;
    std::array<std::byte, 1024> buffer;
    while (const std::size_t count = typed.read(buffer))
        room.write_all(std::span{buffer}.first(count));
    room.shutdown_write();
}

void show_what_is_said(netio::tcp_stream& room) {
    std::array<char, 1024> text;
    while (const std::size_t count = room.read(std::as_writable_bytes(std::span{text}))) {
        std::fwrite(text.data(), 1, count, stdout);
        std::fflush(stdout);
    }
}

void chat(const options& options) {
    auto room = netio::tcp_stream::connect(options.server);
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
