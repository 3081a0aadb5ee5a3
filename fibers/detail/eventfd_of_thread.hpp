#pragma once

#include <fibers/detail/agent.hpp>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace fibers::detail {

/// Through which a plain thread that sleeps in poll(2) can be woken.
class eventfd_of_thread {
  public:
    eventfd_of_thread() noexcept = default;
    ~eventfd_of_thread() {
        if (fd_ >= 0)
            ::close(fd_);
    }
    eventfd_of_thread(const eventfd_of_thread&) = delete;
    eventfd_of_thread& operator=(const eventfd_of_thread&) = delete;

    /// From now on `thread` is woken through it.
    std::error_code open(agent& thread) noexcept {
        fd_ = ::eventfd(0, EFD_CLOEXEC);
        if (fd_ < 0)
            return {errno, std::generic_category()};
        thread_parking::use_wake_fd(thread, fd_);
        return {};
    }

    pollfd to_poll() const noexcept { return {fd_, POLLIN, 0}; }

  private:
    int fd_ = -1;
};

} // namespace fibers::detail
