#pragma once

#include <fibers/detail/allocated_state.hpp>
#include <fibers/detail/state_ptr.hpp>
#include <fibers/detail/value_state.hpp>

#include <functional>
#include <type_traits>
#include <utility>

namespace fibers::detail {

/// What a packaged_task shares with its future, whatever function it is made of.
template <class T, class... Args>
class task_state : public value_state<T> {
  public:
    /// Calls the function; its result is the state's then. For who has settled it.
    virtual void call(Args&&... args) noexcept = 0;

    /// Another state, with the function of this one.
    virtual state_ptr renew() = 0;

  protected:
    ~task_state() = default;
};

template <class F, class T, class... Args>
class function_state : public task_state<T, Args...> {
  public:
    template <class Given>
    explicit function_state(std::in_place_t, Given&& f) : function_(std::forward<Given>(f)) {}

    void call(Args&&... args) noexcept override {
        this->settle_with([&]() -> T {
            if constexpr (std::is_void_v<T>)
                static_cast<void>(std::invoke(function_, std::forward<Args>(args)...));
            else
                return std::invoke(function_, std::forward<Args>(args)...);
        });
    }

    state_ptr renew() override {
        return make_state<function_state>(std::in_place, std::move(function_));
    }

  protected:
    ~function_state() = default;

  private:
    F function_;
};

} // namespace fibers::detail
