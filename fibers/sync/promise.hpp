#pragma once

#include <fibers/detail/allocated_state.hpp>
#include <fibers/detail/ready_at_exit.hpp>
#include <fibers/detail/state_ptr.hpp>
#include <fibers/detail/value_state.hpp>
#include <fibers/sync/future.hpp>

#include <exception>
#include <future>
#include <memory>
#include <utility>

namespace fibers {

namespace detail {

/// What promises have in common, whatever they bring.
template <class T>
class promise_base {
  public:
    /// *Fails with* std::bad_alloc.
    promise_base() : state_(make_state<value_state<T>>()) {}

    /// The same with memory from a copy of `allocator`.
    template <class Allocator>
    promise_base(std::allocator_arg_t, const Allocator& allocator)
        : state_(allocate_state<value_state<T>>(allocator)) {}
    /// Moves, for std::uses_allocator.
    template <class Allocator>
    promise_base(std::allocator_arg_t, const Allocator&, promise_base&& other) noexcept
        : promise_base(std::move(other)) {}

    promise_base(promise_base&&) noexcept = default;
    promise_base& operator=(promise_base&& other) noexcept {
        promise_base(std::move(other)).swap(*this);
        return *this;
    }
    /// Where no result has been set, the future gets future_errc::broken_promise.
    ~promise_base() {
        if (state_)
            state_.as().abandon();
    }

    void swap(promise_base& other) noexcept { std::swap(state_, other.state_); }

    /// The one future. *Fails with* future_errc::future_already_retrieved, no_state.
    [[nodiscard]] future<T> get_future() { return future_of<T>(state_.for_future()); }

    /// The result is that get() throws `failure`, which must not be null. Fails as set_value() does.
    void set_exception(std::exception_ptr failure) {
        shared_state& state = state_.as();
        state.begin_storing();
        state.fail(std::move(failure));
        state.make_ready();
    }

    /// The same, and it becomes visible when the calling fiber or thread ends. Fails also with
    /// std::bad_alloc.
    void set_exception_at_thread_exit(std::exception_ptr failure) {
        shared_state& state = state_.as();
        ready_at_exit at_exit;
        state.begin_storing();
        state.fail(std::move(failure));
        state.settle();
        at_exit.add(state_);
    }

  protected:
    template <class Make>
    void set_with(Make make) {
        auto& state = state_.template as<value_state<T>>();
        state.store(make);
        state.make_ready();
    }

    template <class Make>
    void set_at_thread_exit_with(Make make) {
        auto& state = state_.template as<value_state<T>>();
        ready_at_exit at_exit;
        state.store(make);
        state.settle();
        at_exit.add(state_);
    }

  private:
    state_ptr state_;
};

} // namespace detail

/// std::promise, [futures.promise], for fibers: where a result is set for a future to get. T may be
/// a reference or void.
///
/// Each set_… *fails with* future_errc::promise_already_satisfied where there is a result already,
/// no_state where the promise has been moved from, and what copying or moving the value throws; then
/// it can be set again. None suspends, but where two set a result at once the second lets others run
/// until the first has done so.
///
/// *May be used by* any fiber, of any runtime, and any plain thread. It may be destroyed as soon as
/// the future is ready.
template <class T>
class promise : public detail::promise_base<T> {
  public:
    using detail::promise_base<T>::promise_base;

    void set_value(const T& value) {
        this->set_with([&]() -> const T& { return value; });
    }
    void set_value(T&& value) {
        this->set_with([&]() -> T&& { return std::move(value); });
    }

    /// The value is taken now, and becomes visible when the calling fiber or thread ends, after its
    /// fiber_locals (or thread_locals) have been destroyed. Fails also with std::bad_alloc.
    void set_value_at_thread_exit(const T& value) {
        this->set_at_thread_exit_with([&]() -> const T& { return value; });
    }
    void set_value_at_thread_exit(T&& value) {
        this->set_at_thread_exit_with([&]() -> T&& { return std::move(value); });
    }
};

template <class T>
class promise<T&> : public detail::promise_base<T&> {
  public:
    using detail::promise_base<T&>::promise_base;

    void set_value(T& value) {
        this->set_with([&]() -> T& { return value; });
    }

    void set_value_at_thread_exit(T& value) {
        this->set_at_thread_exit_with([&]() -> T& { return value; });
    }
};

template <>
class promise<void> : public detail::promise_base<void> {
  public:
    using detail::promise_base<void>::promise_base;

    void set_value() {
        set_with([] {});
    }

    void set_value_at_thread_exit() {
        set_at_thread_exit_with([] {});
    }
};

template <class T>
void swap(promise<T>& a, promise<T>& b) noexcept {
    a.swap(b);
}

} // namespace fibers

template <class T, class Allocator>
struct std::uses_allocator<fibers::promise<T>, Allocator> : std::true_type {};
