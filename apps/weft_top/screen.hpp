#pragma once

#include <apps/weft_top/snapshot.hpp>

#include <cstddef>
#include <string>

enum class order { by_state, by_time, by_name };

/// The picture, in lines of any length: the workers, with their load since `before` (null: there is none), who
/// holds one and where, what fibers wait for, and as many fibers as there is room for in `most_lines`.
std::string draw(const snapshot& now, const snapshot* before, order sorted_by,
                 std::size_t most_lines);
