#pragma once

#include <fibers/detail/allocated_state.hpp>
#include <fibers/detail/fiber_record.hpp>
#include <fibers/detail/state_ptr.hpp>
#include <fibers/detail/task.hpp>
#include <fibers/detail/value_state.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace fibers::detail {

/// A function that async() has started, which is the state of its futures at the same time. That is
/// ready when the fiber has ended, with its fiber_locals; and the last future waits for this.
template <class T, class F, class... Args>
class async_task final : public fiber_record, public value_state<T> {
  public:
    template <class... Given>
    explicit async_task(std::in_place_t, Given&&... given)
        : fiber_record(runtime_and_handle, fiber_name())
        , value_state<T>(shared_state::phase::settled)
        , call_(std::forward<Given>(given)...) {}

    void run() noexcept override {
        this->settle_with(call_);
        call_.destroy();
    }

    void abandon(std::exception_ptr why) noexcept override {
        this->fail(std::move(why));
        call_.destroy();
    }

    void conclude() noexcept override { this->make_ready(); }

  private:
    void destroy() noexcept override {
        this->await_ready();
        // Here, and not where the fiber's worker lets go of the record.
        this->drop();
        this->release();
    }

    deferred_call<F, Args...> call_;
};

/// A function that is called by the first who waits for it, or never.
template <class T, class F, class... Args>
class deferred_state : public value_state<T> {
  public:
    template <class... Given>
    explicit deferred_state(std::in_place_t, Given&&... given)
        : value_state<T>(shared_state::phase::deferred), call_(std::forward<Given>(given)...) {}

  protected:
    ~deferred_state() {
        if (this->status() == std::future_status::deferred)
            call_.destroy();
    }

  private:
    void call_deferred() noexcept override {
        this->settle_with(call_);
        call_.destroy();
    }

    deferred_call<F, Args...> call_;
};

} // namespace fibers::detail
