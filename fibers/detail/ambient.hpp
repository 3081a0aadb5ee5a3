#pragma once

#include <fibers/detail/clock.hpp>

#include <cstdint>

namespace fibers::detail {

/// What every blocking call honours without being told: see timeout_scope, cancellation_shield.
struct ambient {
    time_point deadline = never;
    std::uint16_t shields = 0; // > 0: stop is ignored
};

} // namespace fibers::detail
