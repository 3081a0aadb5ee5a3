#pragma once

#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/liveness.hpp>
#include <tests/fibers/random_moments.hpp>

#include <chrono>
#include <functional>
#include <utility>

namespace test {

/// A race is run in many rounds, in several lanes at once so that the workers are busy. Two variables
/// of the environment change all of them: WEFT_SEED gives other moments, and WEFT_ROUNDS is the number
/// of rounds of each case (`./dev soak` sets both).
struct rounds {
    int wanted;                                   ///< of all lanes together; less under a sanitizer
    unsigned lanes = 16;                          ///< how many go on at once
    std::chrono::milliseconds patience = ceiling; ///< with a round; then the process is ended
};

using lane_starter = std::function<task(std::function<void()>)>;

/// Starts a lane in a fiber.
inline task fiber_of(std::function<void()> lane) {
    return task{fibers::spawn(std::move(lane))};
}

/// Calls `round(moments)` that often, in lanes that `start` starts. What fails, or hangs, says with
/// which seed it did.
void run_rounds(const rounds& how, const lane_starter& start,
                const std::function<void(random_moments&)>& round);

} // namespace test
