#pragma once

#include <fibers/detail/agent.hpp>
#include <fibers/detail/completion.hpp>
#include <fibers/detail/select_case.hpp>

#include <functional>

namespace fibers::detail {

/// The end of a fiber. It stays, so nothing is taken: who has been woken by it attempts it again.
class end_case : public select_case {
  public:
    explicit end_case(completion& end) noexcept : end_(end) {}

    bool attempt() override { return end_.done(); }

    entry enter(agent& who) override {
        waiting_ = end_.await(who) ? &who : nullptr;
        // Where the same end is in another case, too, that one waits for both.
        if (waiting_ || !end_.done())
            return entry::waiting;
        return who.claim(outcome::woken) ? entry::missed : entry::decided;
    }

    bool leave() noexcept override {
        if (waiting_)
            end_.withdraw(*waiting_);
        return false;
    }

    template <class F>
    void conclude(F& handler) {
        std::invoke(handler);
    }

  private:
    completion& end_;
    agent* waiting_ = nullptr;
};

} // namespace fibers::detail
