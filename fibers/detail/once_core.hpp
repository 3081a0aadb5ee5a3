#pragma once

#include <fibers/detail/waiting_room.hpp>

#include <atomic>
#include <cstdint>

namespace fibers::detail {

/// What once_flag knows.
///
/// | state   | meaning                                | leaves by                     |
/// |---------|----------------------------------------|-------------------------------|
/// | untried | nobody is at it, nobody has succeeded  | begin → running               |
/// | running | somebody is at it                      | succeed → done, fail → untried |
/// | done    | it has been done                       | –                             |
class once_core {
  public:
    constexpr once_core() noexcept = default;

    bool done() const noexcept { return state_.load(std::memory_order_acquire) == state::done; }

    /// Waits while another is at it. True: now it is the caller's turn, who ends it by succeed() or fail();
    /// false: it has been done. Throws std::system_error when the wait is interrupted.
    bool begin();
    void succeed() noexcept;
    void fail() noexcept;

  private:
    enum class state : std::uint8_t { untried, running, done };

    waiting_room waiters_; // guards leaving `running`
    std::atomic<state> state_{state::untried};
};

} // namespace fibers::detail
