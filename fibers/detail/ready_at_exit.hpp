#pragma once

#include <fibers/detail/agent_locals.hpp>
#include <fibers/detail/state_ptr.hpp>
#include <fibers/detail/this_agent.hpp>

#include <memory>
#include <utility>

namespace fibers::detail {

/// Makes a shared state ready when the calling agent ends. All that can fail is done when it is
/// constructed, before the state is given its result.
class ready_at_exit {
  public:
    /// Throws std::bad_alloc.
    ready_at_exit() : act_(std::make_unique<act>()), locals_(current_locals()) {}

    /// The state has been settled. Once.
    void add(state_ptr state) noexcept {
        act_->state = std::move(state);
        locals_.add(std::move(act_));
    }

  private:
    struct act final : agent_locals::last_act {
        ~act() override {
            if (state)
                state.as().make_ready();
        }

        state_ptr state; // none: nothing has come of it
    };

    std::unique_ptr<act> act_;
    agent_locals& locals_;
};

} // namespace fibers::detail
