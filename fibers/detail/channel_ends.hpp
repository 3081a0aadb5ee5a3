#pragma once

#include <fibers/detail/short_lock.hpp>
#include <fibers/detail/wait_queue.hpp>

#include <atomic>
#include <cstddef>
#include <mutex>

namespace fibers::detail {

/// The two ends of a channel, each with a lock and a cache line of its own: as long as values are all
/// there is to it, a sender and a receiver on two workers are not in each other's way.
///
/// | calm  | meaning                    | who does what                                             |
/// |-------|----------------------------|-----------------------------------------------------------|
/// | true  | it is open, nobody waits   | senders put in under the lock of `in`, receivers take out |
/// |       |                            | under that of `out`; all else under both                  |
/// | false | closed, or somebody waits, | everything under both                                     |
/// |       | or it holds no values      |                                                           |
///
/// It changes only under both locks, so whoever has either can rely on it.
class channel_ends {
  public:
    class end {
      public:
        explicit end(bool calm) noexcept : calm_(calm) {}

        void lock() noexcept { lock_.lock(); }
        void unlock() noexcept { lock_.unlock(); }
        /// Without the lock, a guess.
        bool calm() const noexcept { return calm_.load(std::memory_order_relaxed); }

      private:
        friend class channel_ends;

        short_lock lock_;
        std::atomic<bool> calm_;
    };

    /// Where it holds no values, `in` is both ends.
    explicit channel_ends(std::size_t room) noexcept
        : in(room != 0), capacity(room), out(room != 0) {}

    void lock() noexcept {
        in.lock();
        if (capacity != 0)
            out.lock();
    }

    void unlock() noexcept {
        if (capacity != 0) {
            const bool calm = !closed && senders.empty() && receivers.empty();
            if (calm != in.calm()) {
                in.calm_.store(calm, std::memory_order_relaxed);
                out.calm_.store(calm, std::memory_order_relaxed);
            }
            out.unlock();
        }
        in.unlock();
    }

    alignas(64) end in;
    const std::size_t capacity;
    alignas(64) end out;

    // Guarded by both.
    bool closed = false;
    wait_queue senders;
    wait_queue receivers;
};

} // namespace fibers::detail
