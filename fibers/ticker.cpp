#include <fibers/ticker.hpp>

#include <fibers/detail/parking.hpp>

namespace fibers {

using detail::outcome;

ticker::ticker(std::chrono::nanoseconds period)
    : period_(period), next_(detail::deadline_after(period)) {
    if (period <= period.zero())
        throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                "fibers::ticker: the period is not positive");
}

std::uint64_t ticker::wait(std::error_code& ec) {
    ec.clear();
    if (detail::now() < next_) {
        detail::parking self{"a ticker", this};
        const outcome how =
            self.begin(detail::interruption::honoured) ? self.commit(next_) : outcome::stopped;
        if (how != outcome::timed_out) {
            ec = detail::to_error(how);
            return 0;
        }
    } else {
        detail::take_turns();
    }
    const auto missed = (detail::now() - next_) / period_;
    next_ += (missed + 1) * period_;
    return static_cast<std::uint64_t>(missed) + 1;
}

std::uint64_t ticker::wait() {
    std::error_code ec;
    const std::uint64_t ticks = wait(ec);
    if (ec)
        throw std::system_error(ec, "fibers::ticker::wait");
    return ticks;
}

} // namespace fibers
