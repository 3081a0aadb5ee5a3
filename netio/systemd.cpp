#include <netio/systemd.hpp>

#include <netio/detail/native_error.hpp>
#include <netio/detail/or_throw.hpp>

#include <fibers/now.hpp>
#include <fibers/ticker.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <unistd.h>

namespace netio {
namespace {

/// SD_LISTEN_FDS_START.
constexpr int first_descriptor = 3;

/// None: it is not set. *Fails with* std::errc::invalid_argument.
template <class Number>
std::optional<Number> number_of(const char* variable, std::error_code& ec) {
    const char* const value = std::getenv(variable);
    if (!value)
        return std::nullopt;
    const std::string_view text{value};
    Number number{};
    const auto [end, failure] = std::from_chars(text.begin(), text.end(), number);
    if (failure != std::errc{} || end != text.end() || number < 0) {
        ec = std::make_error_code(std::errc::invalid_argument);
        return std::nullopt;
    }
    return number;
}

/// What is in front of the next colon, which is taken away with it.
std::string take_name(std::string_view& names) {
    const std::size_t end = std::min(names.find(':'), names.size());
    std::string name{names.substr(0, end)};
    names.remove_prefix(std::min(end + 1, names.size()));
    return name.empty() ? "unknown" : name;
}

unix_endpoint notify_socket(std::string_view text, std::error_code& ec) {
    if (text.starts_with('@'))
        return unix_endpoint::from_abstract_name(text.substr(1), ec);
    if (text.starts_with('/'))
        return unix_endpoint::from_path(text, ec);
    ec = std::make_error_code(std::errc::address_family_not_supported);
    return {};
}

constexpr const char* notifying = "cannot notify the service manager";

} // namespace

std::vector<passed_descriptor> systemd_descriptors() {
    return detail::or_throw([](std::error_code& ec) { return systemd_descriptors(ec); },
                            "cannot take over the sockets in LISTEN_FDS");
}

std::vector<passed_descriptor> systemd_descriptors(std::error_code& ec) {
    ec.clear();
    const auto process = number_of<pid_t>("LISTEN_PID", ec);
    const auto count = number_of<int>("LISTEN_FDS", ec);
    if (ec || process != ::getpid() || !count)
        return {};
    const char* const variable = std::getenv("LISTEN_FDNAMES");
    std::string_view names = variable ? variable : "";
    std::vector<passed_descriptor> passed;
    for (int fd = first_descriptor; fd - first_descriptor < *count; ++fd) {
        if (::fcntl(fd, F_SETFD, FD_CLOEXEC) == -1) {
            ec = detail::native_error();
            break;
        }
        passed.push_back({take_name(names), unique_descriptor{fd}});
    }
    for (const char* each : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"})
        ::unsetenv(each);
    return passed;
}

service_manager::service_manager()
    : service_manager{detail::or_throw([](std::error_code& ec) { return service_manager{ec}; },
                                       "cannot reach the service manager")} {}

service_manager::service_manager(std::error_code& ec) {
    ec.clear();
    const auto interval = number_of<std::int64_t>("WATCHDOG_USEC", ec);
    const auto process = number_of<pid_t>("WATCHDOG_PID", ec);
    const char* const address = std::getenv("NOTIFY_SOCKET");
    if (ec || !address)
        return;
    manager_ = notify_socket(address, ec);
    if (!ec)
        socket_ = unix_datagram{unix_endpoint{}, {}, ec};
    if (!ec && interval && *interval != 0 && process.value_or(::getpid()) == ::getpid())
        watchdog_interval_.emplace(*interval);
}

void service_manager::ready() {
    notify("READY=1");
}

void service_manager::ready(std::error_code& ec) {
    notify("READY=1", ec);
}

void service_manager::reloading() {
    detail::or_throw([this](std::error_code& ec) { reloading(ec); }, notifying);
}

void service_manager::reloading(std::error_code& ec) {
    // Linux's steady_clock is CLOCK_MONOTONIC, as is asked for.
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(fibers::now().time_since_epoch());
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(now.count()), ec);
}

void service_manager::stopping() {
    notify("STOPPING=1");
}

void service_manager::stopping(std::error_code& ec) {
    notify("STOPPING=1", ec);
}

void service_manager::status(std::string_view text) {
    detail::or_throw([&](std::error_code& ec) { status(text, ec); }, notifying);
}

void service_manager::status(std::string_view text, std::error_code& ec) {
    std::string line = "STATUS=";
    line += text;
    notify(line, ec);
}

void service_manager::main_process(pid_t id) {
    detail::or_throw([&](std::error_code& ec) { main_process(id, ec); }, notifying);
}

void service_manager::main_process(pid_t id, std::error_code& ec) {
    notify("MAINPID=" + std::to_string(id), ec);
}

void service_manager::feed_watchdog(const std::function<bool()>& is_well) {
    if (!watchdog_interval_)
        return;
    for (fibers::ticker ticker{*watchdog_interval_ / 2};; ticker.wait())
        if (is_well())
            notify("WATCHDOG=1");
}

void service_manager::notify(std::string_view lines) {
    detail::or_throw([&](std::error_code& ec) { notify(lines, ec); }, notifying);
}

void service_manager::notify(std::string_view lines, std::error_code& ec) {
    ec.clear();
    if (socket_.is_open())
        socket_.send_to(buffer(lines), manager_, ec);
}

} // namespace netio
