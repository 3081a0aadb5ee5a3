#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fibers::detail {

/// What reports call a fiber: `fiber 0x7f… "name"`, without a name the number alone.
std::string title_of_fiber(const void* id, std::string_view name);

/// Writes that line to stderr, and the stack of a fiber below it: in one go, so that they stay together among
/// others'. Throws std::bad_alloc.
void report_with_stack(const std::string& line, std::span<void* const> frames);

} // namespace fibers::detail
