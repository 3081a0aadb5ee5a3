#include <tests/fibers/rounds.hpp>

#include <tests/fibers/hang_watch.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace test {

namespace {

std::optional<int> number_in_environment(const char* name) {
    const char* const text = std::getenv(name);
    return text ? std::optional{std::stoi(text)} : std::nullopt;
}

} // namespace

void run_rounds(const rounds& how, const lane_starter& start,
                const std::function<void(random_moments&)>& round) {
    const auto lanes = static_cast<int>(how.lanes);
    const int wanted = number_in_environment("WEFT_ROUNDS").value_or(scaled(how.wanted));
    const int seed = number_in_environment("WEFT_SEED").value_or(1);
    const std::string settings =
        "WEFT_SEED=" + std::to_string(seed) + " WEFT_ROUNDS=" + std::to_string(wanted);

    hang_watch watch{settings, how.patience};
    std::vector<task> tasks;
    for (int lane = 0; lane < lanes; ++lane)
        tasks.push_back(start([&, lane] {
            random_moments moments{static_cast<unsigned>(seed * lanes + lane)};
            for (int i = lane; i < wanted; i += lanes) {
                round(moments);
                watch.step();
            }
        }));
    for (auto& t : tasks)
        t.join();
    EXPECT_FALSE(testing::Test::HasFailure()) << "with " << settings;
}

} // namespace test
