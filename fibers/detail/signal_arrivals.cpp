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
    std::atomic<std::uint32_t> word{0}; // arrivals << 1 | disturbed
    unsigned users = 0;
    struct sigaction previous {};
};

// What a signal handler can reach is the process's.
constinit short_lock lock; // guards users and previous
constinit std::array<entry, _NSIG> entries;

void on_signal(int signal) {
    entry& e = entries[static_cast<unsigned>(signal)];
    e.word.fetch_add(2);
    e.word.notify_all();
}

entry& of(int signal) noexcept {
    return entries[static_cast<unsigned>(signal)];
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

std::uint32_t now(int signal) noexcept {
    return of(signal).word.load();
}

void wait(int signal, std::uint32_t seen) noexcept {
    of(signal).word.wait(seen);
}

void disturb(int signal) noexcept {
    of(signal).word.fetch_xor(1);
    of(signal).word.notify_all();
}

} // namespace fibers::detail::signal_arrivals
