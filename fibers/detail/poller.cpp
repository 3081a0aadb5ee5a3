#include <fibers/detail/poller.hpp>

#include <fibers/detail/fd_state.hpp>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <mutex>
#include <new>

namespace fibers::detail {

using namespace std::chrono_literals;

namespace {

std::error_code last_error() {
    return {errno, std::generic_category()};
}

fd_event meaning_of(std::uint32_t events) {
    const auto any_of = [events](std::uint32_t wanted) { return (events & wanted) != 0; };
    return {.readable = any_of(EPOLLIN | EPOLLERR),
            .writable = any_of(EPOLLOUT | EPOLLERR),
            .read_hung_up = any_of(EPOLLRDHUP | EPOLLHUP),
            .write_hung_up = any_of(EPOLLHUP)};
}

} // namespace

poller::poller()
    : epoll_fd_(::epoll_create1(EPOLL_CLOEXEC))
    , interrupt_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC))
    , alarm_fd_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC))
    , events_(new epoll_event[max_events]) {
    if (watch(interrupt_fd_, interrupt_token) && watch(alarm_fd_, alarm_token))
        return;
    const std::error_code why = last_error();
    for (const int fd : {epoll_fd_, interrupt_fd_, alarm_fd_})
        if (fd >= 0)
            ::close(fd);
    throw std::system_error(why, "fibers: a poller's descriptors");
}

bool poller::watch(int own_fd, std::uint64_t token) noexcept {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLET; // each write or expiry is an edge, so nobody needs to read it
    event.data.u64 = token;
    return epoll_fd_ >= 0 && own_fd >= 0 &&
           ::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, own_fd, &event) == 0;
}

poller::~poller() {
    ::close(interrupt_fd_);
    ::close(alarm_fd_);
    if (!closed())
        ::close(epoll_fd_);
}

void poller::close(agent_list& claimed) noexcept {
    const std::lock_guard guard{lock_};
    closed_.store(true, std::memory_order_release);
    ::close(epoll_fd_);
    for (const slot& s : slots_)
        if (s.owner)
            s.owner->lose_poller(claimed);
}

std::error_code poller::add(fd_state& owner, int fd, std::uint32_t& index) noexcept {
    const std::lock_guard guard{lock_};
    if (closed())
        return std::make_error_code(std::errc::bad_file_descriptor);
    if (first_free_ == no_slot) {
        try {
            slots_.emplace_back().next_free = no_slot;
        } catch (const std::bad_alloc&) {
            return std::make_error_code(std::errc::not_enough_memory);
        }
        first_free_ = static_cast<std::uint32_t>(slots_.size() - 1);
    }
    index = first_free_;
    slot& taken = slots_[index];
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = std::uint64_t{taken.generation} << 32 | index;
    if (::epoll_ctl(epoll_fd_, EPOLL_CTL_ADD, fd, &event) != 0)
        return last_error();
    first_free_ = taken.next_free;
    taken.owner = &owner;
    registered_.store(registered() + 1, std::memory_order_relaxed);
    return {};
}

void poller::remove(int fd, std::uint32_t index) noexcept {
    const std::lock_guard guard{lock_};
    if (!closed())
        ::epoll_ctl(epoll_fd_, EPOLL_CTL_DEL, fd, nullptr);
    slot& freed = slots_[index];
    freed.owner = nullptr;
    ++freed.generation;
    freed.next_free = first_free_;
    first_free_ = index;
    registered_.store(registered() - 1, std::memory_order_relaxed);
}

int poller::wait(time_point deadline) noexcept {
    if (deadline == time_point{})
        return ::epoll_wait(epoll_fd_, events_.get(), max_events, 0);
    if (deadline < alarm_) {
        // A timeout costs each call a clock and a timer of the kernel's. One that is far away is
        // seldom what ends the call, and the alarm for it serves all calls until then.
        const auto left = time_left(deadline);
        if (left < worth_an_alarm)
            return wait_for(left);
        set_alarm(deadline);
    }
    return ::epoll_wait(epoll_fd_, events_.get(), max_events, -1);
}

int poller::wait_for(std::chrono::nanoseconds left) noexcept {
    const std::timespec timeout{0, left.count()};
    const int fetched = ::epoll_pwait2(epoll_fd_, events_.get(), max_events, &timeout, nullptr);
    if (fetched >= 0 || (errno != ENOSYS && errno != EPERM))
        return fetched;
    // Linux before 5.11, and containers that refuse what is newer, wait in whole milliseconds; rather
    // late than in a spin.
    const auto milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    return ::epoll_wait(epoll_fd_, events_.get(), max_events, static_cast<int>(milliseconds));
}

void poller::poll(time_point deadline, agent_list& claimed) noexcept {
    const int fetched = wait(deadline); // < 0: EINTR, which is as good as no event
    if (fetched <= 0)
        return;
    const std::lock_guard guard{lock_};
    for (int i = 0; i < fetched; ++i) {
        const epoll_event& event = events_[static_cast<std::size_t>(i)];
        if (event.data.u64 == interrupt_token)
            continue;
        if (event.data.u64 == alarm_token) {
            alarm_ = never;
            continue;
        }
        const slot& addressee = slots_[static_cast<std::uint32_t>(event.data.u64)];
        if (addressee.owner && addressee.generation == event.data.u64 >> 32)
            addressee.owner->on_event(meaning_of(event.events), claimed);
    }
}

void poller::interrupt() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(interrupt_fd_, &one, sizeof one);
}

void poller::set_alarm(time_point moment) noexcept {
    const auto after =
        std::max<std::chrono::nanoseconds>(time_left(moment), 1ns); // 0 would unset it
    const auto seconds = std::chrono::floor<std::chrono::seconds>(after);
    itimerspec once{};
    once.it_value = {seconds.count(), (after - seconds).count()};
    ::timerfd_settime(alarm_fd_, 0, &once, nullptr);
    alarm_ = moment;
}

} // namespace fibers::detail
