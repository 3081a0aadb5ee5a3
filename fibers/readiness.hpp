#pragma once

#include <fibers/detail/fd_state.hpp>
#include <fibers/direction.hpp>

#include <system_error>

namespace fibers {

namespace detail {
struct select_access;
}

/// What is known of a file descriptor: whether it may be readable or writable without blocking;
/// and the place to wait for that. It does not own the descriptor, which must be non-blocking and
/// must stay open until shut() or the destructor. This is the door through which I/O libraries
/// come in.
///
/// The descriptor is registered at the first wait, once and for both directions, edge-triggered
/// (epoll(7)), with the worker that waits first. A loop around a system call asks wait() before each
/// attempt and tells still_ready() where the attempt did not exhaust the descriptor.
///
/// *May be used by* fibers of any worker and plain threads, any number at once in each direction.
class readiness {
  public:
    explicit readiness(int native_handle) noexcept : state_(native_handle) {}

    /// The one that it was made with.
    int native_handle() const noexcept { return state_.native_handle(); }

    /// Returns at once where the descriptor may be ready, and takes that knowledge away.
    /// *Suspends until* it may be ready; and for a moment, so that others get their turn, where the
    /// last read was not the last there is, or where the fiber has long done without a wait.
    /// *Fails with* errc::timed_out (ambient deadline), errc::operation_canceled (stop),
    /// errc::bad_file_descriptor after shut(), or what epoll_ctl(2) said. Where it returns at once, or
    /// for the others' sake only, what interrupts is what was there when it was called.
    std::error_code wait(direction d) { return state_.wait(d); }

    /// The descriptor may be ready still: the next wait() returns at once, or one that waits now.
    void still_ready(direction d) noexcept { state_.still_ready(d); }

    /// Ends every wait, now and later, with errc::bad_file_descriptor and forgets the descriptor,
    /// which may be closed afterwards. The destructor does it too; then nobody may be waiting.
    void shut() noexcept { state_.shut(); }

  private:
    friend struct detail::select_access;

    [[no_unique_address]] detail::fd_state state_;
};

} // namespace fibers
