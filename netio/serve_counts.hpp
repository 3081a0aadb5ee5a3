#pragma once

#include <cstdint>

namespace netio {

/// What has become of a server's connections.
///
/// Each that was accepted is open, or has ended in one of four ways: accepted = open() + completed + broken
/// + failed + interrupted. Those that were open when the server was asked to stop are counted once
/// more, by when they ended: drained, stopped or closed.
struct serve_counts {
    std::uint64_t accepted = 0;
    std::uint64_t refused = 0; ///< by max_connections_per_address; not among those accepted

    std::uint64_t completed = 0; ///< the handler has returned
    std::uint64_t broken = 0; ///< it threw what a peer may cause: a reset, a timeout, an early end
    std::uint64_t failed = 0; ///< it threw something else, or did not begin: on_error knows
    std::uint64_t interrupted =
        0; ///< it threw because it was asked to stop, or its stream was closed

    std::uint64_t drained = 0; ///< ended by itself, in time
    std::uint64_t stopped = 0; ///< ended after it was asked to stop
    std::uint64_t closed = 0;  ///< ended only after its stream was closed

    std::uint64_t open() const noexcept {
        return accepted - completed - broken - failed - interrupted;
    }
};

} // namespace netio
