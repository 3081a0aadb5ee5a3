#include <apps/weft_top/terminal.hpp>

#include <sys/ioctl.h>
#include <unistd.h>

#include <fmt/format.h>

#include <cstdio>

namespace {

/// ECMA-48 and xterm: the other screen, no cursor, no wrapping; and back.
constexpr const char* enter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr const char* leave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr const char *home = "\x1b[H", *clear_line = "\x1b[K", *clear_below = "\x1b[J";

constexpr std::size_t usual_lines = 24;

void write(const std::string& text) {
    std::fputs(text.c_str(), stdout);
    std::fflush(stdout);
}

} // namespace

terminal::terminal() {
    write(enter);
}

terminal::~terminal() {
    write(leave);
}

std::size_t terminal::lines() const {
    winsize size{};
    return ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 ? size.ws_row
                                                                             : usual_lines;
}

void terminal::show(const std::string& text) {
    std::string out = home;
    for (const char c : text) {
        if (c == '\n')
            out += clear_line;
        out += c;
    }
    write(out + clear_below);
}
