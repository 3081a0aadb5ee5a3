#pragma once

#include <atomic>

namespace test {

/// Stands before one system call, in every thread of a program that links faults.cpp: counts its
/// calls and makes some of them fail.
class fault {
  public:
    /// From now on the next `times` calls fail with `error` and never reach the system.
    void inject(int error, int times) noexcept {
        calls_ = 0;
        error_ = error;
        left_ = times;
    }

    /// Injected failures that are still to come.
    int left() const noexcept { return left_; }

    /// How often it was called since inject().
    int calls() const noexcept { return calls_; }

    /// For the stand-ins of the system calls: whether this call fails; errno says how.
    bool strikes() noexcept;

  private:
    std::atomic<int> error_ = 0, left_ = 0, calls_ = 0;
};

extern fault accept4_fault, connect_fault, recv_fault, send_fault, recvmsg_fault, sendmsg_fault;

} // namespace test
