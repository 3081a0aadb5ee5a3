#pragma once

#include <fibers/detail/channel_cases.hpp>
#include <fibers/detail/durations.hpp>
#include <fibers/detail/end_case.hpp>
#include <fibers/detail/future_case.hpp>
#include <fibers/detail/moment_cases.hpp>
#include <fibers/detail/readiness_case.hpp>
#include <fibers/detail/select_case.hpp>
#include <fibers/detail/stop_case.hpp>
#include <fibers/direction.hpp>
#include <fibers/fiber.hpp>
#include <fibers/readiness.hpp>
#include <fibers/sync/channel.hpp>
#include <fibers/sync/future.hpp>
#include <fibers/sync/stop_token.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

namespace fibers {

namespace detail {

/// A case and what to call when it has been chosen.
template <std::derived_from<select_case> Case, class F>
class handled_case final : public Case {
  public:
    template <class... Args>
    explicit handled_case(F handler, Args&&... args)
        : Case(std::forward<Args>(args)...), handler_(std::move(handler)) {}

    void conclude() { Case::conclude(handler_); }

  private:
    F handler_;
};

struct no_handler {
    void operator()() const noexcept {}
};

/// What the things that may be waited for are inside.
struct select_access {
    template <class T>
    static auto& state_of(T& object) noexcept {
        return object.state_;
    }

    template <class T>
    static completion& end_of(fiber<T>& handle, const char* where) {
        if (!handle.joinable())
            throw std::system_error(std::make_error_code(std::errc::invalid_argument), where);
        return handle.record_->end;
    }
};

/// The base class comes first, so that it outlives the case.
template <class Holder>
class held_readiness_case : private Holder, public confirmed_readiness_case {
  public:
    held_readiness_case(Holder&& holder, direction d)
        : Holder(std::move(holder))
        , confirmed_readiness_case(select_access::state_of(Holder::readiness()), d) {}
};

} // namespace detail

/// Receives from the channel, and calls `handler(std::optional<T>)`; without a value where the channel
/// is closed and all values have been taken.
template <class T, std::invocable<std::optional<T>> F>
[[nodiscard]] auto on_receive(channel<T>& from, F handler) {
    return detail::handled_case<detail::receive_case<T>, F>(std::move(handler),
                                                            detail::select_access::state_of(from));
}

/// Sends to the channel, and calls `handler()`. A T that is given as an rvalue is moved from only if
/// it is sent. Where the channel is closed it is chosen, and select() fails with
/// channel_errc::closed.
template <class T, std::convertible_to<T> U = T, std::invocable F = detail::no_handler>
[[nodiscard]] auto on_send(channel<T>& to, U&& value, F handler = {}) {
    constexpr bool is_lent = std::is_same_v<U, T>;
    using sending = detail::send_case<T, std::conditional_t<is_lent, T&, T>>;
    return detail::handled_case<sending, F>(
        std::move(handler), detail::select_access::state_of(to),
        static_cast<std::conditional_t<is_lent, T&, U&&>>(value));
}

/// When the descriptor is readable, or writable, calls `handler()`, whose readiness::wait() returns at
/// once. It is chosen after shut(), too.
template <std::invocable F = detail::no_handler>
[[nodiscard]] auto on_readable(readiness& descriptor, F handler = {}) {
    return detail::handled_case<detail::confirmed_readiness_case, F>(
        std::move(handler), detail::select_access::state_of(descriptor), direction::read);
}
template <std::invocable F = detail::no_handler>
[[nodiscard]] auto on_writable(readiness& descriptor, F handler = {}) {
    return detail::handled_case<detail::confirmed_readiness_case, F>(
        std::move(handler), detail::select_access::state_of(descriptor), direction::write);
}

/// What keeps a readiness and its descriptor from going away as long as it lives.
template <class T>
concept readiness_holder = std::move_constructible<T> && requires(T& holder) {
    { holder.readiness() } -> std::same_as<readiness&>;
};

/// The same for a readiness that others may want to end meanwhile; the holder is kept until select()
/// has returned.
template <readiness_holder Holder, std::invocable F = detail::no_handler>
[[nodiscard]] auto on_readable(Holder holder, F handler = {}) {
    return detail::handled_case<detail::held_readiness_case<Holder>, F>(
        std::move(handler), std::move(holder), direction::read);
}
template <readiness_holder Holder, std::invocable F = detail::no_handler>
[[nodiscard]] auto on_writable(Holder holder, F handler = {}) {
    return detail::handled_case<detail::held_readiness_case<Holder>, F>(
        std::move(handler), std::move(holder), direction::write);
}

/// When the fiber has ended, calls `handler()`; the fiber stays with its handle, to be joined.
/// *Fails with* errc::invalid_argument where there is no fiber.
template <class T, std::invocable F = detail::no_handler>
[[nodiscard]] auto on_end(fiber<T>& handle, F handler = {}) {
    return detail::handled_case<detail::end_case, F>(
        std::move(handler),
        detail::select_access::end_of(handle, "fibers::on_end: there is no fiber"));
}

/// When the result of a future or shared_future is there, calls `handler()`, which may get() it. One
/// whose function is deferred is chosen at once: get() calls the function.
/// *Fails with* future_errc::no_state.
template <std::derived_from<detail::future_base> Future, std::invocable F = detail::no_handler>
[[nodiscard]] auto on_ready(const Future& result, F handler = {}) {
    return detail::handled_case<detail::future_case, F>(std::move(handler), state_of(result));
}

/// When the stop of which the token tells has been requested, calls `handler()`. The stop of the
/// calling fiber itself needs no case: it ends the select().
template <std::invocable F = detail::no_handler>
[[nodiscard]] auto on_stop(const stop_token& token, F handler = {}) {
    return detail::handled_case<detail::stop_case, F>(std::move(handler),
                                                      detail::select_access::state_of(token).get());
}

/// When nothing else has been possible for that long, calls `handler()`.
template <class Rep, class Period, std::invocable F = detail::no_handler>
[[nodiscard]] auto on_timeout(const std::chrono::duration<Rep, Period>& timeout, F handler = {}) {
    return detail::handled_case<detail::timeout_case, F>(std::move(handler),
                                                         detail::saturated(timeout));
}

/// When that moment of any clock has come, calls `handler()`.
template <class Clock, class Duration, std::invocable F = detail::no_handler>
[[nodiscard]] auto on_moment(const std::chrono::time_point<Clock, Duration>& moment,
                             F handler = {}) {
    return detail::handled_case<detail::moment_case<Clock, Duration>, F>(std::move(handler),
                                                                         moment);
}

/// When nothing else is possible at once, calls `handler()`: select() does not suspend then.
template <std::invocable F = detail::no_handler>
[[nodiscard]] auto otherwise(F handler = {}) {
    return detail::handled_case<detail::otherwise_case, F>(std::move(handler));
}

/// Does the one of several things that is possible first; by lot, where several are. Returns which, by its
/// place among the arguments, after its handler has run.
///
///     fibers::select(
///         fibers::on_receive(jobs, [&](std::optional<job> j) { … }),
///         fibers::on_send(results, std::move(result), [&] { … }),
///         fibers::on_timeout(1s, [&] { … }));
///
/// What is not chosen has no effect: no value is received or moved away, no readiness taken.
///
/// *Suspends until* one is possible; not at all with otherwise(). Allocates nothing, but in a plain
/// thread that waits for a descriptor.
/// *Fails with* errc::operation_canceled (stop), errc::timed_out (ambient deadline), with what is said of each
/// case, and with what the handler throws.
/// *May be used by* whoever may use the things it is given, several of which may be the same.
template <std::derived_from<detail::select_case>... Cases>
std::size_t select(Cases&&... cases) {
    constexpr bool may_wait = !(std::derived_from<Cases, detail::otherwise_case> || ...);
    std::array<detail::select_case*, sizeof...(Cases)> in_any_order{&cases...};
    const detail::select_case* const chosen = detail::select_among(in_any_order, may_wait);
    const auto conclude_if_chosen = [chosen](auto& each) {
        constexpr bool is_otherwise =
            std::derived_from<std::remove_cvref_t<decltype(each)>, detail::otherwise_case>;
        if (&each != chosen && !(is_otherwise && !chosen))
            return false;
        each.conclude();
        return true;
    };
    std::size_t place = 0;
    static_cast<void>(((conclude_if_chosen(cases) || (++place, false)) || ...));
    return place;
}

} // namespace fibers
