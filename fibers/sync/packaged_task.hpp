#pragma once

#include <fibers/detail/ready_at_exit.hpp>
#include <fibers/detail/state_ptr.hpp>
#include <fibers/detail/task_state.hpp>
#include <fibers/sync/future.hpp>

#include <concepts>
#include <functional>
#include <future>
#include <type_traits>
#include <utility>

namespace fibers {

template <class Signature>
class packaged_task;

namespace detail {

template <class Signature>
std::type_identity<Signature> signature_of(const std::function<Signature>&);

} // namespace detail

/// std::packaged_task, [futures.task], for fibers: a function whose result, or what it throws, goes
/// to a future.
///
/// *May be used by* any fiber, of any runtime, and any plain thread; by one at a time. It may be
/// destroyed as soon as the future is ready.
template <class T, class... Args>
class packaged_task<T(Args...)> {
  public:
    /// No function.
    packaged_task() noexcept = default;

    /// *Fails with* std::bad_alloc, and what copying or moving `f` throws.
    template <class F>
    requires(!std::same_as<std::remove_cvref_t<F>, packaged_task>) explicit packaged_task(F&& f)
        : state_(detail::make_state<detail::function_state<std::decay_t<F>, T, Args...>>(
              std::in_place, std::forward<F>(f))) {
        static_assert(std::is_invocable_r_v<T, std::decay_t<F>&, Args...>,
                      "the function must be callable with the arguments, and return the result");
    }

    packaged_task(packaged_task&&) noexcept = default;
    packaged_task& operator=(packaged_task&& other) noexcept {
        packaged_task(std::move(other)).swap(*this);
        return *this;
    }
    /// Where the function has not been called, the future gets future_errc::broken_promise.
    ~packaged_task() {
        if (state_)
            state_.as().abandon();
    }

    void swap(packaged_task& other) noexcept { std::swap(state_, other.state_); }

    bool valid() const noexcept { return bool{state_}; }

    /// The one future. *Fails with* future_errc::future_already_retrieved, no_state.
    [[nodiscard]] future<T> get_future() { return detail::future_of<T>(state_.for_future()); }

    /// Calls the function. *Fails with* future_errc::promise_already_satisfied where it has been
    /// called before, no_state.
    void operator()(Args... args) {
        state_type& state = settled();
        state.call(std::forward<Args>(args)...);
        state.make_ready();
    }

    /// The same, and its result becomes visible when the calling fiber or thread ends. Fails also
    /// with std::bad_alloc.
    void make_ready_at_thread_exit(Args... args) {
        detail::ready_at_exit at_exit;
        state_type& state = settled();
        state.call(std::forward<Args>(args)...);
        at_exit.add(state_);
    }

    /// The function may be called once more, for another future.
    /// *Fails with* future_errc::no_state, std::bad_alloc, and what moving the function throws.
    void reset() { *this = packaged_task(state_.template as<state_type>().renew()); }

  private:
    using state_type = detail::task_state<T, Args...>;

    explicit packaged_task(detail::state_ptr state) noexcept : state_(std::move(state)) {}

    state_type& settled() {
        auto& state = state_.template as<state_type>();
        if (!state.settle_pending())
            throw future_error(future_errc::promise_already_satisfied);
        return state;
    }

    detail::state_ptr state_;
};

template <class T, class... Args>
packaged_task(T (*)(Args...)) -> packaged_task<T(Args...)>;

template <class T, class... Args>
packaged_task(T (*)(Args...) noexcept) -> packaged_task<T(Args...)>;

/// For function objects: the signature that std::function deduces.
template <class F>
packaged_task(F) -> packaged_task<
    typename decltype(detail::signature_of(std::function(std::declval<F>())))::type>;

template <class T, class... Args>
void swap(packaged_task<T(Args...)>& a, packaged_task<T(Args...)>& b) noexcept {
    a.swap(b);
}

} // namespace fibers
