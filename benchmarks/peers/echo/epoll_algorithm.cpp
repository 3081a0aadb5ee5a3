#include <benchmarks/peers/echo/epoll_algorithm.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <system_error>

namespace bench {

void readiness::wait_readable() {
    while (!readable_)
        wait();
}

void readiness::wait_writable() {
    while (!writable_)
        wait();
}

void readiness::wait() {
    auto* self = boost::fibers::context::active();
    waker_ = self->create_waker();
    waiting_ = true;
    self->suspend();
}

void readiness::report(std::uint32_t events) noexcept {
    ended_ = ended_ || (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR));
    readable_ = readable_ || ended_ || (events & EPOLLIN);
    writable_ = writable_ || ended_ || (events & EPOLLOUT);
    if (waiting_) {
        waiting_ = false;
        waker_.wake();
    }
}

epoll_algorithm::epoll_algorithm()
    : epoll_{epoll_create1(EPOLL_CLOEXEC)}, wake_up_{eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
    epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_up_, &event);
}

epoll_algorithm::~epoll_algorithm() {
    close(wake_up_);
    close(epoll_);
}

void epoll_algorithm::add(int fd, readiness& state) {
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &state}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0)
        throw std::system_error{errno, std::generic_category(), "epoll_ctl"};
}

void epoll_algorithm::suspend_until(
    const std::chrono::steady_clock::time_point& deadline) noexcept {
    using namespace std::chrono;
    int timeout = -1;
    if (deadline != steady_clock::time_point::max()) {
        const auto left = ceil<milliseconds>(deadline - steady_clock::now()).count();
        timeout = static_cast<int>(std::clamp<std::int64_t>(left, 0, INT_MAX));
    }
    std::array<epoll_event, 512> events;
    const int count = epoll_wait(epoll_, events.data(), events.size(), timeout);
    for (int i = 0; i < count; ++i)
        if (auto* state = static_cast<readiness*>(events[i].data.ptr))
            state->report(events[i].events);
}

void epoll_algorithm::notify() noexcept {
    eventfd_write(wake_up_, 1);
}

} // namespace bench
