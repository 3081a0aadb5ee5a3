#include <fibers/detail/signal_arrivals.hpp>

#include <fibers/detail/short_lock.hpp>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <mutex>
#include <system_error>

namespace fibers::detail::signal_arrivals {

namespace {

struct entry {
    std::atomic<std::uint32_t> arrivals{0};
    // A count: a bit that flips twice looks as if nothing had been.
    std::atomic<std::uint32_t> changes{0};
    unsigned users = 0;
    struct sigaction previous {};
};

// What a signal handler can reach is the process's.
constinit short_lock lock; // guards users and previous
constinit std::array<entry, _NSIG> entries;

entry& of(int signal) noexcept {
    return entries[static_cast<unsigned>(signal)];
}

void on_signal(int signal) {
    of(signal).arrivals.fetch_add(1);
    disturb(signal);
}

} // namespace

void enter(int signal) {
    if (signal <= 0 || signal >= _NSIG)
        throw std::system_error(EINVAL, std::generic_category(), "fibers::dump_on_signal");
    const std::lock_guard guard{lock};
    struct sigaction action {};
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART | SA_ONSTACK;
    if (of(signal).users == 0 && ::sigaction(signal, &action, &of(signal).previous) != 0)
        throw std::system_error(errno, std::generic_category(), "fibers::dump_on_signal");
    ++of(signal).users;
}

void leave(int signal) noexcept {
    const std::lock_guard guard{lock};
    if (--of(signal).users == 0)
        ::sigaction(signal, &of(signal).previous, nullptr);
}

std::uint32_t arrivals(int signal) noexcept {
    return of(signal).arrivals.load();
}

std::uint32_t changes(int signal) noexcept {
    return of(signal).changes.load();
}

void disturb(int signal) noexcept {
    of(signal).changes.fetch_add(1);
    of(signal).changes.notify_all();
}

void wait(int signal, std::uint32_t seen) noexcept {
    of(signal).changes.wait(seen);
}

} // namespace fibers::detail::signal_arrivals
