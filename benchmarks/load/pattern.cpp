#include <benchmarks/load/pattern.hpp>

#include <algorithm>
#include <random>

namespace bench {

pattern::pattern() : bytes_(period + longest) {
    std::minstd_rand random; // the same bytes in every run
    std::generate_n(bytes_.begin(), period, [&] { return static_cast<char>(random() >> 8); });
    for (std::size_t i = period; i < bytes_.size(); ++i)
        bytes_[i] = bytes_[i - period];
}

} // namespace bench
