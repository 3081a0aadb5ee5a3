#pragma once

#include <csignal>
#include <memory>

namespace fibers::detail {

/// While it lives, a fiber of the calling thread that runs off its stack is reported by name, with
/// a backtrace, before the process dies of the SIGSEGV as it would have. Faults that are none of
/// ours go to the handler that was there before.
///
/// The signal handler is the process's, so it is installed once and stays; the alternate stack that
/// it needs is the thread's.
class overflow_report_on_this_thread {
  public:
    overflow_report_on_this_thread();
    ~overflow_report_on_this_thread();
    overflow_report_on_this_thread(const overflow_report_on_this_thread&) = delete;
    overflow_report_on_this_thread& operator=(const overflow_report_on_this_thread&) = delete;

  private:
    std::unique_ptr<char[]> signal_stack_;
    stack_t previous_{};
};

} // namespace fibers::detail
