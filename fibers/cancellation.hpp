#pragma once

#include <fibers/detail/shield.hpp>

namespace fibers {

/// Protects clean-up: while it lives, blocking calls of this fiber ignore that it has been asked to
/// stop, and the deadlines that were set outside. A timeout_scope inside works as ever.
///
/// For the calling fiber, or thread where no fiber runs; to be destroyed by the same one, in
/// reverse order.
class cancellation_shield {
  public:
    cancellation_shield() noexcept = default;
    cancellation_shield(const cancellation_shield&) = delete;
    cancellation_shield& operator=(const cancellation_shield&) = delete;

  private:
    const detail::shield shield_;
};

} // namespace fibers
