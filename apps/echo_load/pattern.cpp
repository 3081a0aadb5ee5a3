#include <apps/echo_load/pattern.hpp>

#include <algorithm>
#include <limits>
#include <random>

namespace {

// Prime, so that no displacement by whole messages of a usual size hides in it.
constexpr std::size_t period = 65'521;

} // namespace

pattern::pattern() : table_(2 * period) {
    std::minstd_rand random;
    std::uniform_int_distribution<unsigned> bytes{0, std::numeric_limits<unsigned char>::max()};
    std::generate_n(table_.begin(), period, [&] { return static_cast<std::byte>(bytes(random)); });
    // Twice, so that a slice may begin anywhere in the first half.
    std::copy_n(table_.begin(), period, table_.begin() + period);
}

std::span<const std::byte> pattern::at(std::size_t connection, std::uint64_t position,
                                       std::size_t most) const noexcept {
    constexpr std::size_t stride = 40'503; // connections begin far apart
    const std::size_t begin = (connection * stride + position) % period;
    return std::span{table_}.subspan(begin, std::min(most, period));
}
