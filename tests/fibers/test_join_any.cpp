#include <fibers/cancellation.hpp>
#include <fibers/join_any.hpp>
#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <variant>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

class JoinAny : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, JoinAny, test::worker_counts, testing::PrintToStringParamName());

int sleep_long() {
    fibers::this_fiber::sleep_for(1h);
    return 0;
}

TEST_P(JoinAny, ReturnsWhatTheFirstToEndHasReturnedAtItsPlace) {
    run([] {
        const auto first = fibers::join_any(
            sleep_long, [] { return std::string{"early"}; }, sleep_long);
        ASSERT_EQ(first.index(), 1U);
        EXPECT_EQ(std::get<1>(first), "early");
    });
}

TEST_P(JoinAny, GivesMonostateForVoidAndAWrapperForAReference) {
    run([] {
        int target = 5;
        auto first = fibers::join_any([&]() -> int& { return target; },
                                      [] { fibers::this_fiber::sleep_for(1h); },
                                      []() -> std::unique_ptr<int> {
                                          sleep_long();
                                          return {};
                                      });
        static_assert(
            std::is_same_v<decltype(first), std::variant<std::reference_wrapper<int>,
                                                         std::monostate, std::unique_ptr<int>>>);
        ASSERT_EQ(first.index(), 0U);
        EXPECT_EQ(&std::get<0>(first).get(), &target);
    });
}

TEST_P(JoinAny, TakesCallsOfOneType) {
    run([] {
        EXPECT_EQ(fibers::join_any([] { return 3; }).index(), 0U);
        const auto first = fibers::join_any(sleep_long, sleep_long, [] { return 7; });
        EXPECT_EQ(first.index(), 2U);
        EXPECT_EQ(std::get<2>(first), 7);
    });
}

TEST_P(JoinAny, StopsTheOthersAndAwaitsThem) {
    run([] {
        std::atomic<int> stopped = 0;
        const auto loser = [&] {
            const auto how = test::error_of([] { sleep_long(); });
            fibers::cancellation_shield until_it_has_counted;
            fibers::this_fiber::sleep_for(1ms);
            stopped += how == std::errc::operation_canceled;
        };
        EXPECT_EQ(fibers::join_any(
                      loser, [] { fibers::this_fiber::sleep_for(2ms); }, loser)
                      .index(),
                  1U);
        EXPECT_EQ(stopped, 2);
    });
}

TEST_P(JoinAny, ThrowsWhatTheFirstToEndHasThrown) {
    run([] {
        EXPECT_THROW(fibers::join_any(sleep_long, [] { throw std::runtime_error{"no"}; }),
                     std::runtime_error);
    });
}

TEST_P(JoinAny, DropsWhatALoserThrows) {
    run([] {
        const auto first =
            fibers::join_any([] { return 1; },
                             [] {
                                 static_cast<void>(test::error_of([] { sleep_long(); }));
                                 throw std::runtime_error{"too late"};
                             });
        EXPECT_EQ(first.index(), 0U);
    });
}

TEST_P(JoinAny, HonoursTheAmbientDeadline) {
    run([] {
        fibers::timeout_scope limit{2ms};
        EXPECT_EQ(test::error_of([] { fibers::join_any(sleep_long, sleep_long); }),
                  std::errc::timed_out);
    });
}

TEST_P(JoinAny, IsEndedByAStop) {
    run([] {
        auto f = fibers::spawn(
            [] { return test::error_of([] { fibers::join_any(sleep_long, sleep_long); }); });
        fibers::this_fiber::sleep_for(1ms);
        f.request_stop();
        EXPECT_EQ(f.join(), std::errc::operation_canceled);
    });
}

TEST_P(JoinAny, HasOneWinnerWhereAllEndAtOnce) {
    run([] {
        for (int i = 0; i < 2'000; ++i) {
            const auto first =
                fibers::join_any([] { return 0; }, [] { return 1; }, [] { return 2; });
            ASSERT_EQ(std::visit([](int n) { return n; }, first), static_cast<int>(first.index()));
        }
    });
}

} // namespace
