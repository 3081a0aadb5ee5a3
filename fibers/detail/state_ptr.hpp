#pragma once

#include <fibers/detail/shared_state.hpp>

#include <future>
#include <utility>

namespace fibers::detail {

/// Owns a shared_state together with others, or none.
class state_ptr {
  public:
    constexpr state_ptr() noexcept = default;
    /// Takes over an ownership that there is.
    explicit state_ptr(shared_state* owned) noexcept : state_(owned) {}
    state_ptr(const state_ptr& other) noexcept : state_(other.state_) {
        if (state_)
            state_->share();
    }
    state_ptr(state_ptr&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
    state_ptr& operator=(state_ptr other) noexcept {
        std::swap(state_, other.state_);
        return *this;
    }
    ~state_ptr() {
        if (state_)
            state_->unshare();
    }

    explicit operator bool() const noexcept { return state_ != nullptr; }

    /// Throws no_state.
    template <class State = shared_state>
    State& as() const {
        if (!state_) [[unlikely]]
            throw std::future_error(std::future_errc::no_state);
        return static_cast<State&>(*state_);
    }

    /// An ownership for the one future. Throws no_state, future_already_retrieved.
    state_ptr for_future() const {
        as().share_with_future();
        return state_ptr(state_);
    }

  private:
    shared_state* state_ = nullptr;
};

} // namespace fibers::detail
