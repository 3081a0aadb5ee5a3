#include <netio/signal.hpp>

#include <netio/detail/or_throw.hpp>
#include <netio/detail/retry.hpp>
#include <netio/detail/socket.hpp>

#include <string>
#include <sys/signalfd.h>
#include <unistd.h>

namespace netio {

signal_set::signal_set(std::initializer_list<int> signals) {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int signal : signals)
        if (sigaddset(&wanted, signal) == -1)
            throw std::system_error{detail::native_error(),
                                    "cannot wait for signal " + std::to_string(signal)};

    const int fd = ::signalfd(-1, &wanted, SFD_NONBLOCK | SFD_CLOEXEC);
    if (fd == -1)
        throw std::system_error{detail::native_error(), "cannot wait for signals"};
    std::error_code ec;
    descriptor_ = detail::take_over(fd, ec);
    if (ec)
        throw std::system_error{ec, "cannot wait for signals"};
    ::pthread_sigmask(SIG_BLOCK, &wanted, &former_mask_);
}

signal_set::~signal_set() {
    ::pthread_sigmask(SIG_SETMASK, &former_mask_, nullptr);
}

int signal_set::wait() {
    return detail::or_throw([&](std::error_code& ec) { return wait(ec); },
                            "cannot wait for signals");
}

int signal_set::wait(std::error_code& ec) {
    signalfd_siginfo info{};
    const auto read = [&](int fd) { return ::read(fd, &info, sizeof info); };
    detail::retry(descriptor_.get(), fibers::direction::read, 0, read, ec);
    return static_cast<int>(info.ssi_signo);
}

} // namespace netio
