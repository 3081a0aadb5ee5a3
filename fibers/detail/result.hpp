#pragma once

#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace fibers::detail {

/// Room for what a call returns: a value, a reference or nothing.
template <class T>
class result {
  public:
    template <class Call>
    void set_from(Call&& call) {
        value_.emplace(std::forward<Call>(call)());
    }

    T take() { return std::move(*value_); }

    const T& look() const noexcept { return *value_; }

    void drop() noexcept { value_.reset(); }

  private:
    std::optional<T> value_;
};

template <class T>
class result<T&> {
  public:
    template <class Call>
    void set_from(Call&& call) {
        value_ = std::addressof(std::forward<Call>(call)());
    }

    T& take() { return *value_; }

    T& look() const noexcept { return *value_; }

    void drop() noexcept {}

  private:
    T* value_ = nullptr;
};

template <>
class result<void> {
  public:
    template <class Call>
    void set_from(Call&& call) {
        std::forward<Call>(call)();
    }

    void take() noexcept {}

    void look() const noexcept {}

    void drop() noexcept {}
};

/// What stands in the results of several calls for a call that returns T.
template <class T>
using joined = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
joined<T> take_joined(result<T>& from) {
    if constexpr (std::is_void_v<T>)
        return {};
    else
        return from.take();
}

} // namespace fibers::detail
