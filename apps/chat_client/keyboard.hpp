#pragma once

#include <fibers/readiness.hpp>

#include <cstddef>
#include <span>

/// Standard input, whatever it is, as something that a fiber waits for. Opened anew, so that it can be
/// non-blocking here and stay as it is for the shell.
class keyboard {
  public:
    keyboard();
    keyboard(const keyboard&) = delete;
    keyboard& operator=(const keyboard&) = delete;
    ~keyboard();

    /// 0: the end.
    /// *Suspends until* something is there; a file always is.
    /// *Fails with* std::system_error.
    std::size_t read(std::span<std::byte> into);

  private:
    const int fd_;
    fibers::readiness readiness_{fd_};
};
