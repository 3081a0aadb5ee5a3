#include <fibers/token_bucket.hpp>

#include <fibers/detail/durations.hpp>
#include <fibers/detail/parking.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <mutex>
#include <utility>

namespace fibers {

using detail::outcome;
using seconds = std::chrono::duration<double>;

namespace {

outcome sleep_until(detail::time_point moment, const token_bucket& why) noexcept {
    detail::parking self{"tokens", &why};
    return self.begin(detail::interruption::honoured) ? self.commit(moment) : outcome::stopped;
}

} // namespace

token_bucket::token_bucket(double tokens_per_second, std::size_t burst)
    : rate_(tokens_per_second)
    , burst_(static_cast<double>(burst))
    , tokens_(burst_)
    , counted_at_(detail::now()) {
    if (!(rate_ > 0) || !std::isfinite(rate_) || burst == 0)
        throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                "fibers::token_bucket");
}

/// Under the lock. Takes them, or says when they will be there.
std::optional<detail::time_point> token_bucket::take(double n) noexcept {
    const detail::time_point time = detail::now();
    tokens_ = std::min(burst_, tokens_ + seconds(time - counted_at_).count() * rate_);
    counted_at_ = time;
    if (tokens_ < n)
        return detail::deadline_after(detail::saturated(seconds((n - tokens_) / rate_)));
    tokens_ -= n;
    return {};
}

bool token_bucket::try_acquire(std::size_t n) noexcept {
    const std::lock_guard guard{line_};
    return !has_head_ && !take(static_cast<double>(n));
}

void token_bucket::acquire(std::size_t n, std::error_code& ec) {
    ec.clear();
    if (static_cast<double>(n) > burst_)
        ec = std::make_error_code(std::errc::invalid_argument);
    else if (!try_acquire(n))
        ec = detail::to_error(acquire_in_line(static_cast<double>(n)));
}

outcome token_bucket::acquire_in_line(double n) noexcept {
    const auto become_head = [this] { return !std::exchange(has_head_, true); };
    outcome how = line_.wait(become_head, "its turn to take tokens", detail::interruption::honoured,
                             detail::never);
    if (how != outcome::woken)
        return how;
    while (const auto there_at = take_as_head(n)) {
        how = sleep_until(*there_at, *this);
        if (how != outcome::timed_out)
            break;
        how = outcome::woken;
    }
    pass_the_head_on();
    return how;
}

std::optional<detail::time_point> token_bucket::take_as_head(double n) noexcept {
    const std::lock_guard guard{line_};
    return take(n);
}

void token_bucket::pass_the_head_on() noexcept {
    detail::agent* next = nullptr;
    {
        const std::lock_guard guard{line_};
        next = line_.claim_first();
        has_head_ = next != nullptr;
    }
    if (next)
        schedule(*next);
}

void token_bucket::acquire(std::size_t n) {
    std::error_code ec;
    acquire(n, ec);
    if (ec)
        throw std::system_error(ec, "fibers::token_bucket::acquire");
}

} // namespace fibers
