#pragma once

#include <fibers/detail/clock.hpp>
#include <fibers/detail/waiting_room.hpp>

#include <cstddef>
#include <optional>
#include <system_error>

namespace fibers {

/// Limits a rate: tokens flow in steadily, up to `burst` of them are kept, and each thing that is done
/// takes some. Whoever does not find enough waits in line: a small demand does not overtake a
/// large one.
///
///     fibers::token_bucket requests{100, 10};    // a second; ten at once after a pause
///     requests.acquire();
///
/// *May be used by* any number of fibers of any worker and runtime, and plain threads, together.
class token_bucket {
  public:
    /// Full in the beginning.
    /// *Fails with* errc::invalid_argument where the rate is not positive and finite, or the burst is zero.
    token_bucket(double tokens_per_second, std::size_t burst);

    /// Takes n tokens.
    /// *Suspends until* they are there and those who came before have theirs.
    /// *Fails with* errc::operation_canceled (stop) or errc::timed_out (ambient deadline), and then it has
    /// taken none; errc::invalid_argument where n is more than the bucket holds.
    void acquire(std::size_t n = 1);
    void acquire(std::size_t n, std::error_code& ec);

    /// False: they are not there, or others wait. Never suspends.
    [[nodiscard]] bool try_acquire(std::size_t n = 1) noexcept;

  private:
    std::optional<detail::time_point> take(double n) noexcept;
    std::optional<detail::time_point> take_as_head(double n) noexcept;
    detail::outcome acquire_in_line(double n) noexcept;
    void pass_the_head_on() noexcept;

    const double rate_; // tokens a second
    const double burst_;
    detail::waiting_room line_; // behind the head; its lock guards everything below
    bool has_head_ = false;     // someone waits for tokens; the others wait for their turn
    double tokens_;
    detail::time_point counted_at_;
};

} // namespace fibers
