#pragma once

#include <boost/fiber/algo/round_robin.hpp>
#include <boost/fiber/context.hpp>

#include <cstdint>

namespace bench {

/// Readiness of one socket that is registered, edge-triggered, with an epoll_algorithm. A flag says
/// "possibly ready"; the user clears it when the socket has been drained or filled.
class readiness {
  public:
    /// Suspends until the socket may be read, or written.
    void wait_readable();
    void wait_writable();

    void drained() noexcept { readable_ = ended_; } // the end of the stream stays readable
    void filled() noexcept { writable_ = false; }

  private:
    friend class epoll_algorithm;

    void report(std::uint32_t events) noexcept;

    bool readable_ = false;
    bool writable_ = true;
    bool ended_ = false;
    boost::fibers::waker waker_;
    bool waiting_ = false;

    void wait();
};

/// Boost.Fiber's round robin, sleeping in epoll_wait instead of on a condition variable.
class epoll_algorithm : public boost::fibers::algo::round_robin {
  public:
    epoll_algorithm();
    ~epoll_algorithm() override;

    void add(int fd, readiness& state);

    void suspend_until(const std::chrono::steady_clock::time_point& deadline) noexcept override;
    void notify() noexcept override;

  private:
    int epoll_;
    int wake_up_; // an eventfd, for notify() from other threads
};

} // namespace bench
