#include <apps/chat/session.hpp>

#include <fibers/cancellation.hpp>
#include <fibers/scope.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <system_error>

using namespace std::chrono_literals;

namespace {

/// How long a peer may take to read what was under way when the session ended.
constexpr auto farewell = 5s;

bool is_name(std::string_view text) {
    return !text.empty() && text.size() <= 20 && std::ranges::all_of(text, [](unsigned char c) {
        return std::isalnum(c) || c == '_' || c == '-';
    });
}

/// Control characters would act on the terminals of the others.
std::string harmless(std::string_view text) {
    std::string clean{text};
    std::ranges::replace_if(
        clean, [](unsigned char c) { return std::iscntrl(c) && c != '\t'; }, '?');
    return clean;
}

} // namespace

void session::run() {
    const auto self = admit();
    if (!self)
        return;
    fibers::scope writing{fibers::on_failure::ignore};
    writing.spawn([&] { write_to(*self); });
    try {
        room_.tell(self, fmt::format("* here: {}\n", fmt::join(room_.names(), ", ")));
        listen_to(self);
    } catch (const std::system_error&) {
        // Reset by the peer, or the room closes: they leave all the same, and the last lines go out.
    }
    const fibers::cancellation_shield shield;
    room_.leave(self);
    const fibers::timeout_scope limit{farewell};
    writing.join();
}

std::shared_ptr<member> session::admit() {
    visitor_.write_line("* what is your name?\n");
    std::error_code ec;
    while (const auto line = visitor_.read_line(ec)) {
        if (!is_name(*line)) {
            visitor_.write_line("* a name is 1 to 20 letters, digits, - or _\n");
            continue;
        }
        const auto self = std::make_shared<member>(std::string{*line}, queue_, [this] {
            put_out_ = true;
            visitor_.hang_up();
        });
        if (room_.enter(self))
            return self;
        visitor_.write_line("* that name is taken, choose another\n");
    }
    if (ec)
        throw std::system_error{ec, "cannot read a name"};
    return nullptr;
}

void session::listen_to(const std::shared_ptr<member>& self) {
    while (!quits_) {
        std::error_code ec;
        const auto line = visitor_.read_line(ec);
        if (ec == std::errc::message_size) {
            room_.tell(self, fmt::format("* a line has at most {} bytes\n", visitor::longest_line));
            return;
        }
        if (!line)
            return;
        if (line->starts_with('/'))
            obey(self, *line);
        else if (!line->empty())
            room_.say(*self, harmless(*line));
        // Before more of a long paste fills the queues, whoever reads gets it written.
        fibers::this_fiber::yield();
    }
}

void session::obey(const std::shared_ptr<member>& self, std::string_view command) {
    if (command == "/who")
        room_.tell(self, fmt::format("* here: {}\n", fmt::join(room_.names(), ", ")));
    else if (command == "/quit")
        quits_ = true;
    else
        room_.tell(self, "* /who tells who is here, /quit leaves\n");
}

void session::write_to(member& self) {
    for (shared_line line : self.unread())
        visitor_.write_line(*line);
    if (put_out_)
        visitor_.write_line("* you do not keep up with the room; goodbye\n");
    visitor_.finish();
}
