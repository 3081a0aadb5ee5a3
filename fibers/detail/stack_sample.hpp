#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <sys/types.h>

namespace fibers::detail {

class fiber_record;

/// What a fiber was doing when its thread was interrupted.
struct running_fiber {
    const void* id = nullptr; ///< null: the worker is between two fibers
    std::array<char, 64> name{};
    std::size_t frame_count = 0;
    std::array<void*, 48> frames{};
};

/// Where a worker's thread, interrupted by a signal, says what it is doing: that works while a fiber holds
/// it. Odd sequence numbers: it is just being written.
class stack_sample {
  public:
    /// Makes the process ready for it, once.
    static void prepare();

    std::uint32_t sequence() const noexcept { return sequence_.load(std::memory_order_acquire); }

    /// Interrupts that thread of this process.
    static void ask(pid_t thread) noexcept;

    /// What was written since the sequence number was that; none: nothing yet.
    std::optional<running_fiber> taken_after(std::uint32_t sequence) const noexcept;

    /// In the signal handler.
    void take(const fiber_record* running) noexcept;

  private:
    std::atomic<std::uint32_t> sequence_{0};
    std::atomic<const void*> id_{nullptr};
    std::array<std::atomic<char>, 64> name_{};
    std::atomic<std::size_t> frame_count_{0};
    std::array<std::atomic<void*>, 48> frames_{};
};

} // namespace fibers::detail
