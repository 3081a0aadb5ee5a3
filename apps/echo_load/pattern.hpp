#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// What a connection sends: an endless sequence of bytes that depends on the position and on the
/// connection, so that bytes which are lost, doubled, reordered or another connection's are noticed.
/// All are slices of one table of random bytes.
class pattern {
  public:
    pattern();

    /// The bytes of `connection` from `position` on: at least 1, at most `most`.
    std::span<const std::byte> at(std::size_t connection, std::uint64_t position,
                                  std::size_t most) const noexcept;

  private:
    std::vector<std::byte> table_;
};
