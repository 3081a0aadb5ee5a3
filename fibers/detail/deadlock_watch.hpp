#pragma once

#include <fibers/detail/clock.hpp>
#include <fibers/runtime_options.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>

namespace fibers::detail {

class runtime_core;

/// Finds out when every fiber of a runtime waits and nothing is left that could wake one: no timer, no
/// descriptor that a fiber waits for, no call in a blocking_pool, no other thread in the process.
///
/// A worker that has no deadline to wait for, and has slept for a while in vain, resigns. The last one
/// that does looks around, while the others stay where they are. So as long as something happens this
/// costs an alarm now and then.
///
/// | word        | meaning                                    | leaves by                          |
/// |-------------|--------------------------------------------|------------------------------------|
/// | n           | n workers have resigned                    | resign, go_on → n ± 1;             |
/// |             |                                            | the last to resign → all + looking |
/// | n + looking | it reads the fibers of all, none of which  | go_on → n − 1 + looking;           |
/// |             | goes on                                    | it has seen enough → n             |
class deadlock_watch {
  public:
    deadlock_watch(runtime_core& core, deadlock_action action) noexcept
        : core_(core), action_(action) {}
    deadlock_watch(const deadlock_watch&) = delete;
    deadlock_watch& operator=(const deadlock_watch&) = delete;

    /// How long a worker sleeps before it resigns.
    static constexpr std::chrono::milliseconds patience{100};

    bool on() const noexcept { return action_ != deadlock_action::ignore; }

    /// The calling worker is about to sleep, and will have nothing more to do when the moment has come
    /// that this returns than to resign again.
    time_point resign() noexcept;
    /// It has woken. To be called before one of its fibers goes on.
    void go_on() noexcept;

  private:
    static constexpr std::uint32_t looking = 1u << 31;

    time_point look_around() noexcept;
    bool a_descriptor_is_awaited() const noexcept;
    bool a_fiber_is_ready() const noexcept;
    void report() const noexcept;

    template <class F>
    bool any_fiber(F holds) const noexcept;

    runtime_core& core_;
    const deadlock_action action_;
    std::atomic<std::uint32_t> resigned_{0};
    bool reported_ = false; // once is enough; who looks owns it
};

} // namespace fibers::detail
