#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/clock.hpp>
#include <fibers/detail/short_lock.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <system_error>
#include <vector>

struct epoll_event;

namespace fibers::detail {

class fd_state;

/// One worker's epoll instance. It turns events into agents that can go on, and wakes nobody
/// itself.
///
/// Descriptors are known by slot and generation: an event that was fetched for a descriptor that
/// has meanwhile been removed, by whatever thread, finds its slot changed and is dropped.
class poller {
  public:
    /// Throws std::system_error where the process is out of descriptors.
    poller();
    poller(const poller&) = delete;
    poller& operator=(const poller&) = delete;

    /// It is owned by its worker and by every fd_state that is registered here, which may live longer.
    void retain() noexcept { owners_.fetch_add(1, std::memory_order_relaxed); }
    void release() noexcept {
        if (owners_.fetch_sub(1, std::memory_order_acq_rel) == 1)
            delete this;
    }

    /// Any thread. The slot is what remove() wants to have back.
    std::error_code add(fd_state&, int fd, std::uint32_t& slot) noexcept;
    void remove(int fd, std::uint32_t slot) noexcept;

    /// Nothing will be polled here any more. Fibers of other runtimes that wait for what is registered
    /// here are let go on, to find that out and to register elsewhere.
    void close(agent_list& claimed) noexcept;
    bool closed() const noexcept { return closed_.load(std::memory_order_acquire); }

    /// Whether any descriptor is registered.
    bool watching() const noexcept { return registered() != 0; }
    /// How many. Any thread.
    std::uint32_t registered() const noexcept {
        return registered_.load(std::memory_order_relaxed);
    }

    /// Collects who can go on. Blocks until there is an event, an interrupt(), the alarm, or
    /// `deadline` (`clock::time_point{}`: not at all). The worker's thread only.
    void poll(time_point deadline, agent_list& claimed) noexcept;

    /// Makes the poll() that goes on, or else the next, return. Any thread.
    void interrupt() noexcept;

    /// Makes a poll() return at `moment`, whatever else happens until then. There is one alarm: it
    /// takes the place of one that is still to come. The worker's thread only.
    void set_alarm(time_point moment) noexcept;
    /// When the alarm comes; `never` where none is set, or a poll() has seen it.
    time_point alarm() const noexcept { return alarm_; }

  private:
    struct slot {
        fd_state* owner = nullptr;
        std::uint32_t generation = 0;
        std::uint32_t next_free = 0;
    };

    static constexpr int max_events = 256;
    static constexpr std::chrono::milliseconds worth_an_alarm{10};
    static constexpr std::uint32_t no_slot = ~0u;
    static constexpr std::uint64_t interrupt_token = ~std::uint64_t{0},
                                   alarm_token = interrupt_token - 1; // no slot has such numbers

    ~poller();
    bool watch(int own_fd, std::uint64_t token) noexcept;
    int wait(time_point deadline) noexcept;
    int wait_for(std::chrono::nanoseconds) noexcept;

    const int epoll_fd_, interrupt_fd_, alarm_fd_;
    time_point alarm_ = never;
    std::atomic<std::uint32_t> owners_{1};
    std::atomic<bool> closed_{false};
    std::atomic<std::uint32_t> registered_{0};

    short_lock lock_; // the slots; held while a batch of events is translated
    std::uint32_t first_free_ = no_slot;
    std::vector<slot> slots_;

    std::unique_ptr<epoll_event[]> events_; // not on the stack, which may be a fiber's
};

} // namespace fibers::detail
