#pragma once

#include <fibers/detail/clock.hpp>

namespace fibers::detail {

/// While it lives, waits of the calling agent ignore its stop and the deadlines that were set
/// outside.
class shield {
  public:
    shield() noexcept;
    ~shield();
    shield(const shield&) = delete;
    shield& operator=(const shield&) = delete;

  private:
    const time_point outer_;
};

} // namespace fibers::detail
