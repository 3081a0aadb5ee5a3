#pragma once

#include <apps/echo_load/latencies.hpp>

#include <fibers/sync/condition_variable.hpp>
#include <fibers/sync/mutex.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

/// The messages of a connection that are under way, and when each was sent. One fiber sends, another
/// receives.
class window {
  public:
    explicit window(std::size_t depth) : sent_at_(depth) {}

    /// Takes room for up to `most` messages, which are sent now; returns for how many there is room.
    /// *Suspends until* there is some.
    std::size_t open(std::uint64_t most);

    /// The oldest `count` have been received. *Fails with* std::runtime_error where fewer were sent.
    void close(std::size_t count, latencies&);

    /// Nothing more will be sent. *Suspends until* no message is under way.
    void finish();
    bool finished() const;

  private:
    std::size_t under_way() const noexcept { return static_cast<std::size_t>(sent_ - received_); }

    mutable fibers::mutex mutex_;
    fibers::condition_variable received_some_;
    std::uint64_t sent_ = 0, received_ = 0;
    bool finished_ = false;
    std::vector<std::chrono::steady_clock::time_point> sent_at_; // a ring
};
