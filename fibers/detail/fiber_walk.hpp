#pragma once

#include <fibers/detail/reception.hpp>
#include <fibers/detail/runtime_core.hpp>
#include <fibers/detail/worker.hpp>
#include <fibers/fiber_state.hpp>

#include <cstddef>

namespace fibers::detail {

/// Looks at the fibers of a worker that have begun, the main fiber among them: some at each visit, so that
/// it never holds up the worker for long.
class fiber_walk : public visit {
  public:
    fiber_walk(runtime_core& core, unsigned index, std::size_t fibers_at_once) noexcept
        : core_(core), index_(index), at_once_(fibers_at_once) {}

    /// One visit. False: the worker has not come to it by then.
    bool go_on(time_point deadline) noexcept {
        return core_.reception_of(index_).call_on(*this, deadline);
    }

    bool at_end() const noexcept { return at_end_; }

  protected:
    ~fiber_walk() = default;

    virtual void look_at(const worker&, const fiber_record&, fiber_state) noexcept = 0;

  private:
    void pay(worker& w) noexcept final {
        if (next_ == 0 && index_ == 0)
            look_at(w, w.root(), state_of(w.root()));
        next_ = w.stacks().for_occupants_from(
            next_, at_once_, [&](fiber_record& fiber) { look_at(w, fiber, state_of(fiber)); });
        at_end_ = next_ == 0;
    }

    fiber_state state_of(const fiber_record& fiber) const noexcept {
        if (by_own_fiber() && &fiber == current_fiber)
            return fiber_state::running;
        return fiber.waits() ? fiber_state::parked : fiber_state::ready;
    }

    runtime_core& core_;
    const unsigned index_;
    const std::size_t at_once_;
    std::size_t next_ = 0;
    bool at_end_ = false;
};

} // namespace fibers::detail
