#pragma once

#include <cstddef>
#include <cstring>
#include <vector>

namespace bench {

/// The endless sequence of bytes that a connection sends and wants back. Each connection begins
/// elsewhere in one common block of random bytes, repeated for ever: a byte that is lost, repeated,
/// changed or that belongs to another connection is noticed by comparing with the block, and
/// nothing is ever copied to be sent.
class pattern {
  public:
    /// The longest piece that can be asked for at once.
    static constexpr std::size_t longest = 64 * 1024;

    pattern();

    const char* at(std::size_t connection, std::size_t position) const {
        return bytes_.data() + (connection * 61 + position) % period;
    }

    bool matches(const char* received, std::size_t size, std::size_t connection,
                 std::size_t position) const {
        return std::memcmp(received, at(connection, position), size) == 0;
    }

  private:
    static constexpr std::size_t period = 4096;

    std::vector<char> bytes_;
};

} // namespace bench
