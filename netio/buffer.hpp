#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace netio {

/// Bytes to be filled.
using mutable_buffer = std::span<std::byte>;

/// Bytes to be sent.
using const_buffer = std::span<const std::byte>;

/// The bytes of a text. Those of any other range are std::as_bytes and std::as_writable_bytes of
/// it.
inline const_buffer buffer(std::string_view text) noexcept {
    return std::as_bytes(std::span{text});
}

inline mutable_buffer buffer(std::string& text) noexcept {
    return std::as_writable_bytes(std::span{text});
}

} // namespace netio
