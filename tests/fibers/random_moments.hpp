#pragma once

#include <chrono>
#include <random>

namespace test {

/// Moments that differ from round to round, and are the same in each run.
class random_moments {
  public:
    explicit random_moments(unsigned seed) : engine_{seed} {}

    std::chrono::nanoseconds up_to(std::chrono::nanoseconds most) {
        return std::chrono::nanoseconds{
            std::uniform_int_distribution<std::chrono::nanoseconds::rep>{0, most.count()}(engine_)};
    }

    bool coin() { return engine_() % 2 == 0; }

  private:
    std::minstd_rand engine_;
};

/// Keeps the processor busy for that long.
inline void spin_for(std::chrono::nanoseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    while (std::chrono::steady_clock::now() < end) {
    }
}

} // namespace test
