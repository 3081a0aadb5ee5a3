#pragma once

#include <fibers/detail/durations.hpp>
#include <fibers/detail/state_ptr.hpp>
#include <fibers/detail/value_state.hpp>

#include <chrono>
#include <future>
#include <type_traits>
#include <utility>

namespace fibers {

using std::future_category;
using std::future_errc;
using std::future_error;
using std::future_status;

template <class T>
class future;
template <class T>
class shared_future;

namespace detail {

/// What futures have in common, whatever they bring.
class future_base {
  public:
    /// Whether there is a result to wait for.
    bool valid() const noexcept { return bool{state_}; }

    /// *Suspends until* the result is there; calls a deferred function itself.
    /// *Fails with* future_errc::no_state; errc::operation_canceled (stop), errc::timed_out (ambient
    /// deadline), and then it can be waited for again.
    void wait() const { state_.as().wait(); }

    /// *Suspends until* the result is there (`ready`), or for that long (`timeout`); not at all where
    /// a function is deferred (`deferred`). Fails as wait() does. Where there is no time to wait, it
    /// only lets other fibers have their turn.
    template <class Rep, class Period>
    future_status wait_for(const std::chrono::duration<Rep, Period>& timeout) const {
        shared_state& state = state_.as();
        if (const future_status known = state.status(); known != future_status::timeout)
            return known;
        const std::chrono::nanoseconds wait = saturated(timeout);
        return wait.count() > 0 ? state.wait_until(deadline_after(wait)) : state.poll();
    }

    /// The same, until a moment of any clock.
    template <class Clock, class Duration>
    future_status wait_until(const std::chrono::time_point<Clock, Duration>& moment) const {
        static_assert(std::chrono::is_clock_v<Clock>);
        shared_state& state = state_.as();
        future_status known = state.status();
        if (known == future_status::timeout)
            attempt_until(moment, [&](time_point deadline) {
                known = state.wait_until(deadline);
                return known != future_status::timeout;
            });
        return known;
    }

  protected:
    constexpr future_base() noexcept = default;
    explicit future_base(state_ptr state) noexcept : state_(std::move(state)) {}
    future_base(const future_base&) noexcept = default;
    future_base(future_base&&) noexcept = default;
    future_base& operator=(const future_base&) noexcept = default;
    future_base& operator=(future_base&&) noexcept = default;
    ~future_base() = default;

    state_ptr state_;

  private:
    /// For who waits for several things at once. Throws no_state.
    friend shared_state& state_of(const future_base& future) { return future.state_.as(); }
};

/// What shared_future<T>::get() returns.
template <class T>
using shared_result =
    std::conditional_t<std::is_void_v<T>, void, std::add_lvalue_reference_t<const T>>;

template <class T>
future<T> future_of(state_ptr state) noexcept {
    return future<T>(std::move(state));
}

} // namespace detail

/// std::future, [futures.unique.future], for fibers: the result of something that a promise, a
/// packaged_task or async() brings. T may be a reference or void.
///
/// *May be used by* any fiber, of any runtime, and any plain thread; by one at a time.
template <class T>
class [[nodiscard]] future : public detail::future_base {
    static_assert(detail::result_type<T>,
                  "the result must be an object that can be destroyed, a reference or void");

  public:
    /// No result.
    constexpr future() noexcept = default;
    future(future&&) noexcept = default;
    future& operator=(future&&) noexcept = default;
    /// *Suspends until* the function has ended, where this is the last future of a call that async()
    /// has started; whatever comes.
    ~future() = default;

    /// Returns the result, or throws the exception that came in its place, once; then the future
    /// is no longer valid. *Suspends until* it is there, and *fails with* what wait() says.
    T get() {
        wait();
        const detail::state_ptr state = std::move(state_);
        return state.as<detail::value_state<T>>().take();
    }

    /// A future of the same result that can be copied, in place of this one.
    shared_future<T> share() noexcept { return shared_future<T>(std::move(*this)); }

  private:
    friend future detail::future_of<T>(detail::state_ptr) noexcept;

    explicit future(detail::state_ptr state) noexcept : future_base(std::move(state)) {}
};

/// std::shared_future, [futures.shared.future], for fibers: a future that can be copied, and whose
/// result can be had any number of times.
///
/// *May be used by* any fiber, of any runtime, and any plain thread, together where each has a copy
/// of its own.
template <class T>
class shared_future : public detail::future_base {
    static_assert(detail::result_type<T>,
                  "the result must be an object that can be destroyed, a reference or void");

  public:
    /// No result.
    constexpr shared_future() noexcept = default;
    shared_future(const shared_future&) noexcept = default;
    shared_future(shared_future&&) noexcept = default;
    shared_future(future<T>&& unique) noexcept : future_base(std::move(unique)) {}
    shared_future& operator=(const shared_future&) noexcept = default;
    shared_future& operator=(shared_future&&) noexcept = default;
    /// As that of a future.
    ~shared_future() = default;

    /// The result (a const reference to it, where it is a value), or throws the exception that came
    /// in its place. *Suspends until* it is there, and *fails with* what wait() says.
    detail::shared_result<T> get() const {
        wait();
        return state_.as<const detail::value_state<T>>().look();
    }
};

} // namespace fibers
