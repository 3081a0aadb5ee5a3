#pragma once

#include <netio/proxy_header.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace netio::detail {

/// What a header of version 1 begins with, section 2.1, and how long it is at most, its end included.
constexpr std::string_view proxy_line_signature = "PROXY ";
constexpr std::size_t longest_proxy_line = 107;

/// Reads a header of version 1, without its line end.
proxy_header parse_proxy_line(std::string_view line, std::error_code& ec);

/// With its line end.
std::string format_proxy_line(const proxy_header&);

} // namespace netio::detail
