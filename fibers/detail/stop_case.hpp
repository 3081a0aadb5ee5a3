#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/select_case.hpp>
#include <fibers/detail/stop_state.hpp>

#include <functional>

namespace fibers::detail {

/// A stop has been requested. Nothing is taken: who has been woken by it attempts it again.
class stop_case : public select_case, private stop_listener {
  public:
    /// Null: no stop will come.
    explicit stop_case(stop_state* state) noexcept : state_(state) {}

    bool attempt() override { return state_ && state_->stop_requested(); }

    entry enter(agent& who) override {
        who_ = &who;
        is_listening_ = state_ && state_->add(*this); // which may call on_stop() at once
        return entry::waiting;
    }

    bool leave() noexcept override {
        if (is_listening_)
            state_->remove(*this);
        return false;
    }

    template <class F>
    void conclude(F& handler) {
        std::invoke(handler);
    }

  private:
    void on_stop() noexcept override {
        if (who_->claim(outcome::woken))
            schedule(*who_);
    }

    stop_state* const state_;
    agent* who_ = nullptr;
    bool is_listening_ = false;
};

} // namespace fibers::detail
