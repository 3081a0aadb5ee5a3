#pragma once

#include <fibers/detail/result.hpp>
#include <fibers/scope.hpp>

#include <atomic>
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace fibers {

namespace detail {

/// What stands in join_any's variant for a call that returns T.
template <class T>
using joined_alternative =
    std::conditional_t<std::is_reference_v<T>, std::reference_wrapper<std::remove_reference_t<T>>,
                       joined<T>>;

template <class... F>
using joined_variant = std::variant<joined_alternative<std::invoke_result_t<F>>...>;

/// The first of several calls to end, which may be any of them.
class race {
  public:
    template <class T, class F>
    void run(std::size_t which, result<T>& slot, F&& f, scope& racers) noexcept {
        std::exception_ptr thrown;
        try {
            slot.set_from(std::forward<F>(f));
        } catch (...) {
            thrown = std::current_exception();
        }
        std::size_t expected = nobody;
        if (!winner_.compare_exchange_strong(expected, which, std::memory_order_relaxed))
            return;
        thrown_ = std::move(thrown);
        racers.request_stop();
    }

    /// After all have ended. Throws what the winner has thrown.
    std::size_t winner() const {
        if (thrown_)
            std::rethrow_exception(thrown_);
        return winner_.load(std::memory_order_relaxed);
    }

  private:
    static constexpr auto nobody = static_cast<std::size_t>(-1);

    std::atomic<std::size_t> winner_{nobody};
    std::exception_ptr thrown_; // written by the winner, before its end
};

template <class Variant, std::size_t I = 0, class... T>
Variant take_alternative(std::size_t which, std::tuple<result<T>...>& from) {
    if constexpr (I + 1 < sizeof...(T))
        if (which != I)
            return take_alternative<Variant, I + 1>(which, from);
    return Variant(std::in_place_index<I>, take_joined(std::get<I>(from)));
}

} // namespace detail

/// Calls every `f()` in a fiber of its own, at once. The first to end wins: the others are asked to stop
/// and awaited, and what they return or throw is dropped. Returns what the winner has returned, at its
/// place in a variant; there std::monostate stands for void, std::reference_wrapper for a reference.
///
///     auto reply = fibers::join_any([&] { return ask(mirror_1); }, [&] { return ask(mirror_2); });
///     log("mirror {} was faster", reply.index() + 1);
///
/// *Suspends until* all have ended. The fibers inherit the ambient deadline.
/// *Fails with* what the winner has thrown, errc::timed_out, errc::operation_canceled.
template <std::invocable... F>
requires(sizeof...(F) > 0) detail::joined_variant<F...> join_any(F&&... f) {
    std::tuple<detail::result<std::invoke_result_t<F>>...> results;
    detail::race to_the_end;
    scope racers;
    std::apply(
        [&](auto&... slot) {
            std::size_t next = 0;
            (racers.spawn(
                 [&, which = next++] { to_the_end.run(which, slot, std::forward<F>(f), racers); }),
             ...);
        },
        results);
    racers.join();
    return detail::take_alternative<detail::joined_variant<F...>>(to_the_end.winner(), results);
}

} // namespace fibers
