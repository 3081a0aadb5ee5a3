#pragma once

#include <fibers/detail/durations.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <system_error>

namespace fibers {

/// Ticks at a fixed period, without drift: the n-th tick comes n periods after the beginning, however
/// long what is done in between takes. Who comes too late for some ticks gets them together, as a
/// number, and then waits for the next one in the old rhythm.
///
///     for (std::uint64_t ticks : fibers::ticker{100ms})
///         advance_by(ticks);              // 1, unless it was late; a stop ends it, by an exception
///
/// *May be used by* one fiber or plain thread at a time.
class ticker {
  public:
    class iterator;

    /// The first tick comes after one period.
    /// *Fails with* errc::invalid_argument where the period is not positive.
    template <class Rep, class Period>
    explicit ticker(const std::chrono::duration<Rep, Period>& period)
        : ticker(period > period.zero() ? detail::saturated(period) // not so if it is no number
                                        : std::chrono::nanoseconds::zero()) {}
    explicit ticker(std::chrono::nanoseconds period);

    /// Returns how many ticks have come since the last one that was waited for: 1 or more.
    /// *Suspends until* the next one; not at all where one has come.
    /// *Fails with* errc::operation_canceled (stop), errc::timed_out (ambient deadline); then it returns 0, and
    /// the ticks are still to come.
    std::uint64_t wait();
    std::uint64_t wait(std::error_code& ec);

    /// Waits, again and again, without an end.
    iterator begin();
    std::unreachable_sentinel_t end() const noexcept { return {}; }

  private:
    const std::chrono::nanoseconds period_;
    detail::time_point next_;
};

class ticker::iterator {
  public:
    using iterator_concept = std::input_iterator_tag;
    using value_type = std::uint64_t;
    using difference_type = std::ptrdiff_t;

    explicit iterator(ticker& source) : source_(&source) { ++*this; }

    std::uint64_t operator*() const noexcept { return ticks_; }

    iterator& operator++() {
        ticks_ = source_->wait();
        return *this;
    }
    void operator++(int) { ++*this; }

  private:
    ticker* source_;
    std::uint64_t ticks_ = 0;
};

inline ticker::iterator ticker::begin() {
    return iterator{*this};
}

} // namespace fibers
