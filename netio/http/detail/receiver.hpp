#pragma once

#include <netio/buffer.hpp>
#include <netio/http/connection_options.hpp>
#include <netio/http/detail/transport.hpp>

#include <fibers/sync/stop_token.hpp>

#include <atomic>
#include <cstddef>
#include <system_error>

namespace netio::http::detail {

/// Reads, and lets a connection on which nothing is under way learn that the server drains:
///
/// | state | begin_idle        | end_idle | drain is requested   | a read finds the end          |
/// |-------|-------------------|----------|----------------------|-------------------------------|
/// | busy  | → idle, or woken  | –        | nothing              | that is it                    |
/// | idle  | –                 | → busy   | → woken, ends a read | that is it                    |
/// | woken | –                 | –        | –                    | looks again, for `drain_grace` |
///
/// A read is ended by shutdown(2), and what arrives afterwards is there all the same.
class receiver {
  public:
    receiver(transport& from, const connection_options& options)
        : from_{from}, options_{options}, on_drain_{options.drain, waker{*this}} {}

    /// *Suspends until* something is there. Returns 0 at the end.
    std::size_t read(mutable_buffer into, std::error_code& ec);

    void begin_idle() noexcept {
        auto expected = state::busy;
        state_.compare_exchange_strong(expected, state::idle);
        if (options_.drain.stop_requested())
            wake();
    }
    void end_idle() noexcept {
        auto expected = state::idle;
        state_.compare_exchange_strong(expected, state::busy);
    }

  private:
    enum class state { busy, idle, woken };

    struct waker {
        void operator()() const noexcept { of.wake(); }
        receiver& of;
    };

    void wake() noexcept {
        auto expected = state::idle;
        if (state_.compare_exchange_strong(expected, state::woken))
            from_.wake_reader();
    }

    transport& from_;
    const connection_options& options_;
    std::atomic<state> state_ = state::busy;
    const fibers::stop_callback<waker> on_drain_; // last: it may be called at once
};

} // namespace netio::http::detail
