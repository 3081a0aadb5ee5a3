#pragma once

#include <fibers/fiber_id.hpp>

#include <fmt/ostream.h>

/// Ids in {fmt}'s format strings, as they are printed: fmt::format("{:>18}", this_thread::get_id()).
/// For who uses {fmt}; no other header includes this one.
template <>
struct fmt::formatter<fibers::fiber_id> : fmt::ostream_formatter {};
