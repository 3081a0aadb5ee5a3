#pragma once

#include <netio/detail/descriptor_owner.hpp>

#include <csignal>
#include <initializer_list>
#include <system_error>

namespace netio {

/// Turns signals into something to wait for (signalfd(2)): while it lives the given ones, such as
/// SIGINT and SIGTERM, no longer interrupt or end the process but are handed out by wait().
///
/// They are blocked in the constructing thread and in those that it starts later. Therefore
/// construct it in main(), before any other thread exists and before fibers::run. The destructor
/// restores what the thread blocked before; a signal that arrived unasked for then has its usual
/// effect.
class signal_set {
  public:
    /// *Fails with* std::errc::invalid_argument for what is no signal.
    explicit signal_set(std::initializer_list<int> signals);
    signal_set(const signal_set&) = delete;
    signal_set& operator=(const signal_set&) = delete;
    ~signal_set();

    /// The number of the next signal. What arrives twice before anyone asks is handed out once.
    /// *Suspends until* one arrives.
    /// *Fails with* std::errc::timed_out, operation_canceled.
    /// *May be used by* any number of fibers and threads at once; each signal goes to one of them.
    int wait();
    int wait(std::error_code& ec);

  private:
    sigset_t former_mask_;
    detail::descriptor_owner descriptor_;
};

} // namespace netio
