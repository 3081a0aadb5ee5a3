#pragma once

#include <tests/fibers/liveness.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace test {

/// Ends the process with SIGABRT and a line on stderr where no step has been made for some time,
/// for what no test can be got out of. It is made of std's types only.
class hang_watch {
  public:
    /// `what` stands in the line.
    explicit hang_watch(std::string what, std::chrono::milliseconds patience = ceiling);

    /// To be called again and again, by anybody.
    void step() noexcept { steps_.fetch_add(1, std::memory_order_relaxed); }

  private:
    void look(const std::stop_token& over);

    std::string what_;
    std::chrono::milliseconds patience_;
    std::atomic<unsigned long> steps_ = 0;
    std::mutex mutex_;
    std::condition_variable_any over_;
    std::jthread watcher_; // the last member: it uses the others
};

} // namespace test
