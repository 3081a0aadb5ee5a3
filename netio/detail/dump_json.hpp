#pragma once

#include <fibers/dump.hpp>

#include <string>

namespace netio::detail {

/// A dump as one JSON object, on one line. Members are called as those of the structures; times are in
/// seconds, and end in `_s`.
std::string to_json(const fibers::fiber_dump&);

} // namespace netio::detail
