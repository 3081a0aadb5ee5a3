#pragma once

#include <fibers/detail/result.hpp>
#include <fibers/detail/shared_state.hpp>

#include <exception>
#include <type_traits>
#include <utility>

namespace fibers::detail {

/// What a future can bring.
template <class T>
concept result_type = std::is_void_v<T> || std::is_reference_v<T> ||
    (std::is_object_v<T> && !std::is_array_v<T> && std::is_destructible_v<T>);

/// What a T, a reference or nothing is brought in from a promise to its futures.
template <class T>
class value_state : public shared_state {
  public:
    /// For a promise and its future.
    value_state() noexcept : shared_state(phase::pending, promise_and_future) {}

    /// What a promise does: takes what `make()` gives, or lets out what it throws and is as before.
    /// The phase is storing then. Throws promise_already_satisfied.
    template <class Make>
    void store(Make make) {
        begin_storing();
        try {
            value_.set_from(make);
        } catch (...) {
            cancel_storing();
            throw;
        }
    }

    // When it is ready. Both throw what it has failed with.

    T take() {
        throw_failure();
        return value_.take();
    }

    decltype(auto) look() const {
        throw_failure();
        return value_.look();
    }

  protected:
    /// For a future alone, whose result the state brings itself.
    explicit value_state(phase at_first) noexcept : shared_state(at_first, one_future) {}
    ~value_state() = default;

    /// What functions do that run once: takes what `call()` returns, or what it throws.
    template <class Call>
    void settle_with(Call&& call) noexcept {
        try {
            value_.set_from(std::forward<Call>(call));
        } catch (...) {
            fail(std::current_exception());
        }
    }

    /// Destroys the result, or the exception that came in its place.
    void drop() noexcept {
        fail(nullptr);
        value_.drop();
    }

  private:
    result<T> value_;
};

} // namespace fibers::detail
