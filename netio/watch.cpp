#include <netio/watch.hpp>

#include <netio/detail/blocking_call.hpp>
#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/socket.hpp>

#include <array>
#include <cstring>
#include <sys/inotify.h>
#include <unistd.h>
#include <utility>

namespace netio {
namespace {

struct translation {
    file_event ours;
    std::uint32_t theirs;
};

constexpr std::array translations{
    translation{file_event::modified, IN_MODIFY},
    translation{file_event::attributes, IN_ATTRIB},
    translation{file_event::written, IN_CLOSE_WRITE},
    translation{file_event::created, IN_CREATE},
    translation{file_event::removed, IN_DELETE | IN_DELETE_SELF},
    translation{file_event::moved_in, IN_MOVED_TO},
    translation{file_event::moved_out, IN_MOVED_FROM | IN_MOVE_SELF},
    translation{file_event::lost, IN_Q_OVERFLOW},
};

std::uint32_t to_native(file_event events) noexcept {
    std::uint32_t mask = 0;
    for (const auto& [ours, theirs] : translations)
        if (contains(events, ours))
            mask |= theirs;
    return mask;
}

file_event from_native(std::uint32_t mask) noexcept {
    auto events = file_event::none;
    for (const auto& [ours, theirs] : translations)
        if (mask & theirs)
            events = events | ours;
    return events;
}

detail::descriptor_owner open_inotify(std::error_code& ec) {
    const int fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd != -1)
        return detail::take_over(fd, ec);
    ec = detail::native_error();
    return {};
}

constexpr const char* watching = "cannot watch files";

} // namespace

file_watch::file_watch() : descriptor_{detail::or_throw(open_inotify, watching)} {}

file_watch::file_watch(std::error_code& ec) : descriptor_{open_inotify(ec)} {}

void file_watch::add(const std::string& path, file_event events) {
    detail::or_throw([&](std::error_code& ec) { add(path, events, ec); },
                     [&] { return "cannot watch " + path; });
}

void file_watch::add(const std::string& path, file_event events, std::error_code& ec) {
    const detail::descriptor::operation operation{descriptor_.get()};
    if (!operation) {
        ec = std::make_error_code(std::errc::bad_file_descriptor);
        return;
    }
    const auto call = [&] {
        return ::inotify_add_watch(operation.native_handle(), path.c_str(), to_native(events));
    };
    const int number = detail::blocking_call(call, ec);
    if (!ec)
        paths_[number] = path;
}

file_watch::change file_watch::next() {
    return detail::or_throw([this](std::error_code& ec) { return next(ec); }, watching);
}

file_watch::change file_watch::next(std::error_code& ec) {
    ec.clear();
    while (changes_.empty() && !ec)
        fetch(ec);
    if (ec)
        return {{}, {}, file_event::none};
    change first = std::move(changes_.front());
    changes_.pop_front();
    return first;
}

void file_watch::fetch(std::error_code& ec) {
    alignas(inotify_event) std::array<char, 4096> bytes;
    const auto read = [&](int fd) { return ::read(fd, bytes.data(), bytes.size()); };
    const std::size_t size = detail::retry(descriptor_.get(), fibers::direction::read, 0, read, ec);
    for (std::size_t at = 0; at < size;) {
        inotify_event event;
        std::memcpy(&event, &bytes[at], sizeof event);
        const char* name = event.len != 0 ? &bytes[at + sizeof event] : "";
        at += sizeof event + event.len;
        if (const file_event what = from_native(event.mask); what != file_event::none)
            changes_.push_back({event.wd == -1 ? std::string{} : paths_[event.wd], name, what});
        if (event.mask & IN_IGNORED)
            paths_.erase(event.wd);
    }
}

} // namespace netio
