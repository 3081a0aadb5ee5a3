#pragma once

#include <fibers/detail/fiber_walk.hpp>
#include <fibers/detail/parking.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>

namespace fibers::detail {

/// What a worker notes of a fiber, without allocating anything.
struct fiber_snapshot {
    using text = std::array<char, 64>;

    const void* id;
    text name;
    fiber_state state;
    text what; // while it is parked, like the next five
    const void* which;
    awaited kind;
    text name_of_which; // of a fiber that is awaited
    time_point since, deadline;
    std::size_t frame_count;
    std::array<void*, 48> frames;
};

/// "a mutex (0x7ffd1c0a4e58)", "the end of fiber 0x55d0c8a3b2c0 "one"".
std::string what_it_waits_for(const fiber_snapshot&);

/// The fibers of a worker, as many at each visit as there is room for.
class fiber_snapshots final : public fiber_walk {
  public:
    fiber_snapshots(runtime_core& core, unsigned index, bool stacks)
        : fiber_walk(core, index, at_once)
        , with_stacks_(stacks)
        , room_(new fiber_snapshot[at_once + 1]) {} // and the main fiber

    /// go_on(), and f(snapshot) for what that has brought. False: the worker has not come to it.
    template <class F>
    bool next(time_point deadline, F f) {
        size_ = 0;
        if (!go_on(deadline))
            return false;
        for (std::size_t i = 0; i < size_; ++i)
            f(room_[i]);
        return true;
    }

  private:
    static constexpr std::size_t at_once = 64;

    void look_at(const worker&, const fiber_record&, fiber_state) noexcept override;

    const bool with_stacks_;
    const std::unique_ptr<fiber_snapshot[]> room_;
    std::size_t size_ = 0;
};

} // namespace fibers::detail
