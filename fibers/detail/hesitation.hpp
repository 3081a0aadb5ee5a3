#pragma once

namespace fibers::detail {

/// Of a fiber that would have to park because a fiber of another worker is not as far yet. Where its own
/// worker has nothing else to do, and fellows have often woken its fibers within moments, it is cheaper to
/// look again a few times. The looks are some hundred nanoseconds apart: so the other one does several
/// operations between two of them, instead of having its cache lines taken away at each.
class hesitation {
  public:
    /// True: after a pause; it may look again. False: it should park.
    bool goes_on() noexcept;

  private:
    int looks_left_ = 8;
};

} // namespace fibers::detail
