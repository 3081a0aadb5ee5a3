#pragma once

#include <fibers/detail/fiber_record.hpp>
#include <fibers/detail/short_lock.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace fibers::detail {

/// Fibers that have not run yet. Any worker may take from it: such a fiber is tied to nothing.
///
/// The worker whose queue it is takes the newest: whoever spawns and joins goes depth-first then, and
/// a tree of a million fibers needs a handful of stacks at a time, not a hundred thousand. Now and
/// then it takes the oldest, so that each comes to its turn. Thieves take the oldest, the roots of
/// the largest trees.
class fresh_queue {
  public:
    /// Not shared: one thread alone uses it, and it takes no lock.
    explicit fresh_queue(bool shared) noexcept : shared_(shared) {}

    void push(fiber_record&) noexcept;
    fiber_record* pop() noexcept;
    fiber_record* pop_oldest() noexcept;

    static constexpr std::size_t max_stolen = 256; // bounds the time of one theft

    /// Moves up to half of the fibers, the oldest, and at most `limit`, to `thief`.
    void give_half_to(fresh_queue& thief, std::size_t limit) noexcept;

    /// A moment's view.
    std::size_t size() const noexcept { return size_.load(std::memory_order_seq_cst); }

  private:
    static constexpr std::uint32_t oldest_interval = 16; // pops between turns of the oldest

    /// Locks where the queue is shared.
    class guard {
      public:
        explicit guard(fresh_queue& q) noexcept : queue_(q) {
            if (queue_.shared_)
                queue_.lock_.lock();
        }
        ~guard() {
            if (queue_.shared_)
                queue_.lock_.unlock();
        }
        guard(const guard&) = delete;
        guard& operator=(const guard&) = delete;

      private:
        fresh_queue& queue_;
    };

    void link(fiber_record&) noexcept;
    void unlink(fiber_record&) noexcept;

    const bool shared_;
    short_lock lock_; // guards everything below
    std::uint32_t pops_ = 0;
    std::atomic<std::size_t> size_{0};
    fiber_record* newest_ = nullptr;
    fiber_record* oldest_ = nullptr;
};

} // namespace fibers::detail
