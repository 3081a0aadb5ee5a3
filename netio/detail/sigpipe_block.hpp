#pragma once

#include <csignal>

namespace netio::detail {

/// While it lives, a write to a peer that is gone raises no SIGPIPE in this thread. For the system
/// calls that have no MSG_NOSIGNAL; nothing may suspend meanwhile. Keeps errno.
class sigpipe_block {
  public:
    sigpipe_block() noexcept;
    sigpipe_block(const sigpipe_block&) = delete;
    sigpipe_block& operator=(const sigpipe_block&) = delete;
    ~sigpipe_block();

  private:
    sigset_t former_mask_;
    bool was_pending_;
};

} // namespace netio::detail
