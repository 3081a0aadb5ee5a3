#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/short_lock.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// Something that a worker does for somebody else, between two of its fibers and soon. While it does,
/// its fibers stand still and can be looked at. It lies with who waits for it.
///
/// | state   | meaning                               | leaves by                           |
/// |---------|---------------------------------------|-------------------------------------|
/// | waiting | in a reception                        | receive → paid; withdraw, close →   |
/// |         |                                       | refused                             |
/// | paid    | the worker is at it                   | receive → done                      |
/// | done    | the worker does not touch it any more | –                                   |
/// | refused | it was never done                     | –                                   |
class visit {
  public:
    visit() = default;
    visit(const visit&) = delete;
    visit& operator=(const visit&) = delete;

    /// On a stack of the worker's own, with room for what a system call or two needs. Must not suspend.
    virtual void pay(worker&) noexcept = 0;

  protected:
    ~visit() = default;
    /// Whether a fiber of the worker itself has called on it. Else the current one does not run: it has
    /// just begun to wait, or given way.
    bool by_own_fiber() const noexcept { return !caller_; }

  private:
    friend class reception;

    enum class progress : std::uint8_t { waiting, paid, done, refused };

    progress state_ = progress::waiting;
    agent* caller_ = nullptr;
    visit* next_ = nullptr;
};

/// Where a worker is visited. It is there before the worker and after it.
class reception {
  public:
    // The worker's side.

    void open(worker& host) noexcept;
    /// Refuses who waits, and all who come.
    void close() noexcept;
    bool has_visitors() const noexcept { return first_.load(std::memory_order_seq_cst); }
    void receive() noexcept;

    // Any thread.

    /// Suspends until the worker has done it. False: it has not come to that before `deadline`, and will
    /// not, or there is no worker.
    bool call_on(visit&, time_point deadline) noexcept;

  private:
    bool pay_here(visit&) noexcept;
    bool enter(visit&, agent& caller) noexcept;
    visit* take() noexcept;
    void conclude(visit&) noexcept;
    bool withdraw(visit&) noexcept;
    void await_end(visit&) noexcept;

    short_lock lock_; // guards the rest, and the state of the visits
    worker* host_ = nullptr;
    std::atomic<visit*> first_{nullptr};
};

} // namespace fibers::detail
