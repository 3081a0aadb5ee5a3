#pragma once

#include <fibers/detail/one_shot_event.hpp>
#include <fibers/detail/select_case.hpp>
#include <fibers/detail/shared_state.hpp>
#include <fibers/detail/wait_queue.hpp>

#include <functional>
#include <future>
#include <optional>

namespace fibers::detail {

/// The result of a future is there, or comes when it is asked for. Nothing is taken: who has been woken by
/// it attempts it again.
class future_case : public select_case {
  public:
    explicit future_case(shared_state& result) noexcept : result_(result) {}

    bool attempt() override { return result_.status() != std::future_status::timeout; }

    entry enter(agent& who) override {
        if (result_.becoming_ready().enlist(node_.emplace(who)))
            return entry::waiting;
        return who.claim(outcome::woken) ? entry::missed : entry::decided;
    }

    bool leave() noexcept override {
        result_.becoming_ready().withdraw(*node_);
        return false;
    }

    template <class F>
    void conclude(F& handler) {
        std::invoke(handler);
    }

  private:
    shared_state& result_;
    std::optional<wait_node> node_;
};

} // namespace fibers::detail
