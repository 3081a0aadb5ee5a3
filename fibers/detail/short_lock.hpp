#pragma once

#include <fibers/detail/futex.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// Four bytes that guard a few instructions. It blocks the thread, not the fiber, so nothing that
/// parks may happen under it.
///
/// | word | meaning                       | leaves by                       |
/// |------|-------------------------------|---------------------------------|
/// | 0    | free                          | lock → 1, a sleeper's lock → 2  |
/// | 1    | held                          | unlock → 0, contention → 2      |
/// | 2    | held, a thread may sleep on it | unlock → 0 and one wake-up     |
///
/// unlock() touches the word once; the wake-up needs only its address. So the object that holds
/// the lock may be destroyed by whoever takes it next.
class short_lock {
  public:
    void lock() noexcept {
        std::uint32_t expected = free;
        if (!word_.compare_exchange_strong(expected, held, std::memory_order_acquire,
                                           std::memory_order_relaxed)) [[unlikely]]
            lock_contended();
    }

    void unlock() noexcept {
        if (word_.exchange(free, std::memory_order_release) == contended) [[unlikely]]
            futex_wake_one(&word_);
    }

  private:
    static constexpr std::uint32_t free = 0, held = 1, contended = 2;

    void lock_contended() noexcept;

    std::atomic<std::uint32_t> word_{free};
};

} // namespace fibers::detail
