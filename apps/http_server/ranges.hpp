#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// Some of the bytes of a file.
struct byte_range {
    std::uint64_t first; ///< from 0 on
    std::uint64_t count;

    std::uint64_t last() const noexcept { return first + count - 1; }
    friend bool operator==(const byte_range&, const byte_range&) = default;
};

/// What "bytes=0-99,200-,-50" means for so many bytes (RFC 9110, 14.1.2): those of the ranges that are there, in
/// their order; an empty list where none is (416). Nothing where the field is to be ignored, since it is malformed,
/// of another unit, or asks for more ranges, or more bytes, than makes sense.
std::optional<std::vector<byte_range>> parse_ranges(std::string_view field, std::uint64_t size);
