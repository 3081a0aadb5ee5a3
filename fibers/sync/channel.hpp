#pragma once

#include <fibers/detail/channel_state.hpp>
#include <fibers/detail/durations.hpp>
#include <fibers/sync/channel_errc.hpp>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <system_error>
#include <type_traits>
#include <utility>

namespace fibers {

namespace detail {
struct select_access;
}

/// The capacity of a channel that always has room.
inline constexpr std::size_t unbounded = std::numeric_limits<std::size_t>::max();

/// Through which values go from fiber to fiber, first in, first out; those who wait get their turn
/// in the order of arrival, too.
///
///     fibers::channel<job> jobs{16};
///     scope.spawn([&] { for (job j : jobs) work_on(std::move(j)); });
///     jobs.send(job{1});
///     jobs.close();                       // the loop ends when the last job has been taken
///
/// Every call has two forms: with a std::error_code it reports failure there; without, it throws a
/// std::system_error. Besides what is said of each, all that suspends fails with errc::timed_out
/// (ambient deadline) and errc::operation_canceled (stop). T's move must not suspend; what it throws
/// comes out of the call in whose hands it happened.
///
/// A send takes a T, or what a T can be made of. A T that is given as an rvalue is moved from only
/// if it is sent: after a failure or a timeout the caller still has it.
///
/// *May be used by* any number of fibers of any worker and runtime, and plain threads, together.
/// Whoever has received what it knows to be the last value may destroy it.
template <class T>
requires std::move_constructible<T> && std::same_as<T, std::remove_cvref_t<T>>
class channel {
  public:
    using value_type = T;

    /// Receives as it goes; the value that it points to may be moved from.
    class iterator {
      public:
        using iterator_concept = std::input_iterator_tag;
        using value_type = T;
        using difference_type = std::ptrdiff_t;

        explicit iterator(channel& from) : from_(&from) { ++*this; }

        T&& operator*() const noexcept { return std::move(*value_); }

        iterator& operator++() {
            value_.reset();
            require(from_->receive_into(value_, detail::never), "fibers::channel: the next value");
            return *this;
        }
        void operator++(int) { ++*this; }

        friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept {
            return !i.value_;
        }

      private:
        channel* from_;
        mutable std::optional<T> value_;
    };

    /// With room for so many values that are on their way. 0: a sender waits until a receiver takes
    /// the value out of its hands.
    explicit channel(std::size_t capacity = 0) noexcept : state_(capacity) {}

    /// *Suspends until* there is a receiver or room for the value.
    /// *Fails with* channel_errc::closed.
    template <std::convertible_to<T> U = T>
    void send(U&& value) {
        require(with_own(std::forward<U>(value),
                         [this](T& own) { return state_.send(own, detail::never); }),
                "fibers::channel::send");
    }
    template <std::convertible_to<T> U = T>
    void send(U&& value, std::error_code& ec) {
        ec = detail::to_error(with_own(std::forward<U>(value),
                                       [this](T& own) { return state_.send(own, detail::never); }));
    }

    /// False: there is neither a receiver nor room. Never suspends.
    /// *Fails with* channel_errc::closed.
    template <std::convertible_to<T> U = T>
    [[nodiscard]] bool try_send(U&& value) {
        return require(try_to_send(std::forward<U>(value)), "fibers::channel::try_send");
    }
    template <std::convertible_to<T> U = T>
    [[nodiscard]] bool try_send(U&& value, std::error_code& ec) {
        return report(try_to_send(std::forward<U>(value)), ec);
    }

    /// False: not within that time.
    /// *Suspends until* there is a receiver or room for the value, or the time is up.
    /// *Fails with* channel_errc::closed.
    template <class Rep, class Period, std::convertible_to<T> U = T>
    [[nodiscard]] bool send_for(U&& value, const std::chrono::duration<Rep, Period>& timeout) {
        return require(send_within(std::forward<U>(value), timeout), "fibers::channel::send_for");
    }
    template <class Rep, class Period, std::convertible_to<T> U = T>
    [[nodiscard]] bool send_for(U&& value, const std::chrono::duration<Rep, Period>& timeout,
                                std::error_code& ec) {
        return report(send_within(std::forward<U>(value), timeout), ec);
    }

    /// The same, until a moment of any clock.
    template <class Clock, class Duration, std::convertible_to<T> U = T>
    [[nodiscard]] bool send_until(U&& value,
                                  const std::chrono::time_point<Clock, Duration>& moment) {
        return require(send_before(std::forward<U>(value), moment), "fibers::channel::send_until");
    }
    template <class Clock, class Duration, std::convertible_to<T> U = T>
    [[nodiscard]] bool send_until(U&& value, const std::chrono::time_point<Clock, Duration>& moment,
                                  std::error_code& ec) {
        return report(send_before(std::forward<U>(value), moment), ec);
    }

    /// The next value; none when the channel is closed and all values have been taken.
    /// *Suspends until* one of these is so.
    [[nodiscard]] std::optional<T> receive() {
        std::optional<T> value;
        require(receive_into(value, detail::never), "fibers::channel::receive");
        return value;
    }
    [[nodiscard]] std::optional<T> receive(std::error_code& ec) {
        std::optional<T> value;
        report(receive_into(value, detail::never), ec);
        return value;
    }

    /// The next value, if there is one now. Never suspends, and never fails.
    [[nodiscard]] std::optional<T> try_receive() {
        std::optional<T> value;
        state_.try_receive(value);
        return value;
    }

    /// As receive(); none also when nothing comes within that time: ended() tells which it was.
    template <class Rep, class Period>
    [[nodiscard]] std::optional<T> receive_for(const std::chrono::duration<Rep, Period>& timeout) {
        std::optional<T> value;
        require(receive_into(value, detail::deadline_after(detail::saturated(timeout))),
                "fibers::channel::receive_for");
        return value;
    }
    template <class Rep, class Period>
    [[nodiscard]] std::optional<T> receive_for(const std::chrono::duration<Rep, Period>& timeout,
                                               std::error_code& ec) {
        std::optional<T> value;
        report(receive_into(value, detail::deadline_after(detail::saturated(timeout))), ec);
        return value;
    }

    /// The same, until a moment of any clock.
    template <class Clock, class Duration>
    [[nodiscard]] std::optional<T>
    receive_until(const std::chrono::time_point<Clock, Duration>& moment) {
        std::optional<T> value;
        require(receive_before(value, moment), "fibers::channel::receive_until");
        return value;
    }
    template <class Clock, class Duration>
    [[nodiscard]] std::optional<T>
    receive_until(const std::chrono::time_point<Clock, Duration>& moment, std::error_code& ec) {
        std::optional<T> value;
        report(receive_before(value, moment), ec);
        return value;
    }

    /// Nothing can be sent any more: who waits to send fails, and receivers get what is there and
    /// then the end. To be called by anyone; again does nothing.
    void close() noexcept { state_.close(); }

    /// It is closed and all values have been taken: no more will come.
    [[nodiscard]] bool ended() const noexcept { return state_.ended(); }

    /// How many values are on their way; a moment's view.
    [[nodiscard]] std::size_t size() const noexcept { return state_.size(); }

    /// What is received until the end: `for (T value : channel)`. Several may do so, each gets its
    /// share. Fails as receive() does.
    iterator begin() { return iterator{*this}; }
    std::default_sentinel_t end() const noexcept { return {}; }

  private:
    friend struct detail::select_access;

    /// Calls with the caller's T if that may be moved from, else with one made of what was given.
    template <class U, class Call>
    static detail::passage with_own(U&& value, Call call) {
        if constexpr (std::is_same_v<U, T>) {
            return call(value);
        } else {
            T own(std::forward<U>(value));
            return call(own);
        }
    }

    template <class U>
    detail::passage try_to_send(U&& value) {
        return with_own(std::forward<U>(value), [this](T& own) { return state_.try_send(own); });
    }

    template <class U, class Rep, class Period>
    detail::passage send_within(U&& value, const std::chrono::duration<Rep, Period>& timeout) {
        const auto deadline = detail::deadline_after(detail::saturated(timeout));
        return with_own(std::forward<U>(value), [&](T& own) { return state_.send(own, deadline); });
    }

    template <class U, class Clock, class Duration>
    detail::passage send_before(U&& value, const std::chrono::time_point<Clock, Duration>& moment) {
        return with_own(std::forward<U>(value), [&](T& own) {
            return until(moment, [&](auto deadline) { return state_.send(own, deadline); });
        });
    }

    /// The end is no failure, for who receives.
    detail::passage receive_into(std::optional<T>& value, detail::time_point deadline) {
        const detail::passage went = state_.receive(value, deadline);
        return went == detail::passage::closed ? detail::passage::done : went;
    }

    template <class Clock, class Duration>
    detail::passage receive_before(std::optional<T>& value,
                                   const std::chrono::time_point<Clock, Duration>& moment) {
        return until(moment, [&](auto deadline) { return receive_into(value, deadline); });
    }

    template <class Clock, class Duration, class Operation>
    static detail::passage until(const std::chrono::time_point<Clock, Duration>& moment,
                                 Operation operation) {
        auto went = detail::passage::timed_out;
        detail::attempt_until(moment, [&](detail::time_point deadline) {
            went = operation(deadline);
            return went != detail::passage::timed_out;
        });
        return went;
    }

    static bool require(detail::passage went, const char* where) {
        if (went != detail::passage::done) [[unlikely]]
            detail::throw_if_failed(went, where);
        return went == detail::passage::done;
    }

    static bool report(detail::passage went, std::error_code& ec) noexcept {
        ec = detail::to_error(went);
        return went == detail::passage::done;
    }

    detail::channel_state<T> state_;
};

} // namespace fibers
