#pragma once

#include <cstdint>

namespace fibers::detail {

/// What has come of a case's attempt to wait.
enum class entry : std::uint8_t {
    waiting, ///< it has left a node or the like, through which the agent can be claimed
    done,    ///< it was possible after all: the case has claimed the agent itself, and is done
    missed,  ///< the same, but then it was too late
    decided  ///< it was possible, but the agent had been claimed by another before
};

} // namespace fibers::detail
