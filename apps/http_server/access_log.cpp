#include <apps/http_server/access_log.hpp>

#include <netio/buffer.hpp>
#include <netio/file.hpp>
#include <netio/pipe.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <iterator>
#include <string_view>
#include <system_error>

namespace {

/// Quotes and control characters of a client's must not look like more than one entry.
std::string harmless(std::string_view text) {
    std::string clean;
    for (const char c : text) {
        const auto value = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\' || value < 0x20 || value >= 0x7f)
            fmt::format_to(std::back_inserter(clean), "\\x{:02x}", value);
        else
            clean += c;
    }
    return clean;
}

} // namespace

void access_log::add(const netio::http::answered& done) {
    std::string line =
        fmt::format("{} - - [{:%d/%b/%Y:%H:%M:%S} +0000] ", done.peer.empty() ? "-" : done.peer,
                    fmt::gmtime(std::time(nullptr)));
    if (const auto* const question = done.request)
        fmt::format_to(std::back_inserter(line), "\"{} {} HTTP/{}.{}\"",
                       harmless(question->method_name()), harmless(question->target()),
                       question->version() / 10, question->version() % 10);
    else
        line += "\"-\"";
    fmt::format_to(std::back_inserter(line), " {} {}\n", static_cast<unsigned>(done.status),
                   done.body_bytes);
    const std::size_t size = line.size();
    std::error_code closed;
    if (waiting_.fetch_add(size) + size > most_waiting ||
        !lines_.try_send(std::move(line), closed)) {
        waiting_ -= size;
        ++dropped_;
    }
}

void access_log::write() {
    if (target_ == "-") {
        auto out = netio::standard_output();
        write_to(out);
    } else {
        auto out = netio::file::open(
            target_, {.read = false, .write = true, .create = true, .append = true});
        write_to(out);
    }
}

template <class Target>
void access_log::write_to(Target& target) {
    constexpr std::size_t enough = 64 * 1024;
    for (std::string text : lines_) {
        bool was_last = false;
        while (text.size() < enough && !was_last) {
            const auto next = lines_.try_receive();
            was_last = !next;
            if (next)
                text += *next;
        }
        target.write_all(netio::buffer(text));
        waiting_ -= text.size();
        if (was_last)
            tell_of_dropped();
    }
}

void access_log::tell_of_dropped() {
    const std::uint64_t dropped = dropped_;
    if (dropped != told_)
        fmt::print(stderr, "http_server: {} lines of the access log were dropped\n",
                   dropped - told_);
    told_ = dropped;
}
