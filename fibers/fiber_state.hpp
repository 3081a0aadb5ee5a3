#pragma once

namespace fibers {

/// Where a fiber is that has begun.
enum class fiber_state {
    running, ///< on its worker's thread
    ready,   ///< can go on, and waits for its turn
    parked   ///< waits for something else
};

} // namespace fibers
