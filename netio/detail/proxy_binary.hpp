#pragma once

#include <netio/buffer.hpp>
#include <netio/proxy_header.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <system_error>

namespace netio::detail {

/// What a header of version 2 begins with, section 2.2, and what comes before the addresses: that, then
/// version and command, family and transport, and the length of the rest.
constexpr std::string_view proxy_binary_signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t proxy_binary_prefix = 16;

/// Whether version 2 is said.
bool is_proxy_version_2(const_buffer prefix) noexcept;

/// How long the header is, by its prefix.
std::size_t proxy_binary_size(const_buffer prefix) noexcept;

/// Reads a whole header.
proxy_header parse_proxy_binary(const_buffer header, std::error_code& ec);

/// *Fails with* std::errc::message_size.
std::string format_proxy_binary(const proxy_header&, std::error_code& ec);

} // namespace netio::detail
