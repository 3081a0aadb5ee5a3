#pragma once

#include <fibers/detail/result.hpp>
#include <fibers/scope.hpp>

#include <concepts>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

namespace fibers {

namespace detail {

/// Calls `f` in a fiber of the scope; what comes of it goes to the slot. A function of its own,
/// because Clang (14 to 19) dies of a lambda inside an expansion that captures from both packs.
template <class F, class T>
void spawn_into(scope& all, result<T>& slot, std::remove_reference_t<F>& f) {
    all.spawn([&slot, &f] { slot.set_from(std::forward<F>(f)); });
}

} // namespace detail

/// Calls every `f()` in a fiber of its own, at once, and returns what they return as a tuple in
/// their order; std::monostate stands for void.
///
///     auto [user, orders] = fibers::join_all([&] { return load_user(id); },
///                                            [&] { return load_orders(id); });
///
/// *Suspends until* all have ended. The first that throws stops the others, and its exception comes
/// out here when they have ended. The fibers inherit the ambient deadline.
/// *Fails with* what the first failing one threw, errc::timed_out, errc::operation_canceled.
template <std::invocable... F>
auto join_all(F&&... f) -> std::tuple<detail::joined<std::invoke_result_t<F>>...> {
    std::tuple<detail::result<std::invoke_result_t<F>>...> results;
    scope all;
    std::apply([&](auto&... slot) { (detail::spawn_into<F>(all, slot, f), ...); }, results);
    all.join();
    return std::apply(
        [](auto&... slot) {
            return std::tuple<detail::joined<std::invoke_result_t<F>>...>(
                detail::take_joined(slot)...);
        },
        results);
}

} // namespace fibers
