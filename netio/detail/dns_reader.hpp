#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace netio::detail {

/// Thrown by a dns_reader.
struct malformed_message {};

/// Reads a DNS message (RFC 1035 section 4), field by field. Throws malformed_message where there is
/// less than is read.
class dns_reader {
  public:
    explicit dns_reader(std::span<const std::uint8_t> message) noexcept : message_{message} {}

    std::size_t position() const noexcept { return position_; }

    std::uint8_t u8() { return bytes(1).front(); }
    std::uint16_t u16();
    std::uint32_t u32();
    std::span<const std::uint8_t> bytes(std::size_t count);
    void skip(std::size_t count) { bytes(count); }

    /// A name as text: what is special in a part is escaped as in zone files, there is no dot at the
    /// end, and the root is ".".
    std::string name();

  private:
    std::span<const std::uint8_t> message_;
    std::size_t position_ = 0;
};

} // namespace netio::detail
