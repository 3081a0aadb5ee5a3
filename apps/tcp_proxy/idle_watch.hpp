#pragma once

#include <chrono>

/// Watches a TCP connection for idleness by what the kernel knows of it, so that who copies need not keep the
/// time.
class idle_watch {
  public:
    /// A `limit` of 0: it is never idle.
    idle_watch(int socket, std::chrono::milliseconds limit) noexcept
        : socket_{socket}, limit_{limit} {}

    bool has_limit() const noexcept { return limit_ != limit_.zero(); }

    /// Returns when nothing has been received or sent for so long, or the connection is closed.
    /// *Suspends until* then.
    void wait_until_idle() const;

  private:
    const int socket_;
    const std::chrono::milliseconds limit_;
};
