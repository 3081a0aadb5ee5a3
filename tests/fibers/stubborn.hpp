#pragma once

#include <stdexcept>
#include <utility>

namespace test {

/// Throws at those attempts to move it, and on, whose bits are set; the lowest is the next.
struct stubborn {
    stubborn(int n, unsigned refuses_at) : number{n}, refusals{refuses_at} {}
    stubborn(stubborn&& other) : number{other.number}, refusals{other.refusals >> 1} {
        if (std::exchange(other.refusals, refusals) & 1)
            throw std::runtime_error{"no"};
    }
    stubborn& operator=(stubborn&&) = delete;

    int number;
    unsigned refusals;
};

} // namespace test
