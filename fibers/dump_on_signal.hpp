#pragma once

#include <fibers/runtime.hpp>

#include <atomic>
#include <cstdint>
#include <thread>

namespace fibers {

/// While it lives, a signal such as SIGQUIT or SIGUSR1 makes a runtime write what all its fibers are doing to
/// standard error, as dump_fibers() and to_text() have it, whatever its workers are held by.
/// Several may live at once, for one signal too; then each writes. The last of them gives the signal back to
/// whom it belonged.
///
///     fibers::runtime runtime;
///     fibers::dump_on_signal on_quit{runtime, SIGQUIT}; // kill -QUIT PID
///     runtime.run(serve);
class dump_on_signal {
  public:
    /// Makes a thread for it. The runtime must live longer than this.
    /// *Fails with* errc::invalid_argument for what is no signal that can be handled; where no thread can
    /// be made.
    dump_on_signal(runtime&, int signal);
    ~dump_on_signal();
    dump_on_signal(const dump_on_signal&) = delete;
    dump_on_signal& operator=(const dump_on_signal&) = delete;

  private:
    void serve() noexcept;
    void write() const noexcept;

    runtime& runtime_;
    const int signal_;
    std::atomic<bool> ending_{false};
    std::uint32_t answered_ = 0; // of the signal's arrivals; the thread's
    std::thread thread_;
};

} // namespace fibers
