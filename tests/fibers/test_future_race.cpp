// A result that comes at the same instant as a timeout or a stop: exactly one wins, and the result
// is there for the next wait.

#include <fibers/fiber.hpp>
#include <fibers/sync/promise.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/random_moments.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <memory>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::future_status;

constexpr auto moment = 30us; ///< in which everything happens

using FutureRace = test::everywhere;
INSTANTIATE_TEST_SUITE_P(Everywhere, FutureRace, test::every_place, test::name_of_place);

TEST_P(FutureRace, TheResultIsNotLostToATimeout) {
    run([this] {
        const bool has_threads =
            GetParam() == test::place::plain_threads || GetParam() == test::place::mixed;
        std::vector<test::task> lanes;
        for (unsigned seed = 1; seed <= 4; ++seed)
            lanes.push_back(start([this, seed, has_threads] {
                test::random_moments moments{seed};
                for (int i = 0; i < test::scaled(has_threads ? 100 : 1'000); ++i) {
                    auto p = std::make_unique<fibers::promise<int>>();
                    const fibers::shared_future<int> f = p->get_future();
                    std::vector<test::task> waiters;
                    for (int w = 0; w < 2; ++w)
                        waiters.push_back(start([mine = f, patience = moments.up_to(moment)] {
                            if (mine.wait_for(patience) == future_status::ready) {
                                EXPECT_EQ(mine.wait_for(0s), future_status::ready);
                            }
                            EXPECT_EQ(mine.get(), 1);
                        }));
                    fibers::this_fiber::yield();
                    test::spin_for(moments.up_to(moment / 2));
                    p->set_value(1);
                    p.reset(); // its waiters may be gone by then, or not even have begun
                    for (test::task& w : waiters)
                        w.join();
                }
            }));
        for (test::task& lane : lanes)
            lane.join();
    });
}

class FutureStopRace : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, FutureStopRace, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(FutureStopRace, TheResultIsNotLostToAStop) {
    run([] {
        std::vector<fibers::fiber<void>> lanes;
        for (unsigned seed = 1; seed <= 8; ++seed)
            lanes.push_back(fibers::spawn([seed] {
                test::random_moments moments{seed};
                for (int i = 0; i < test::scaled(500); ++i) {
                    fibers::promise<int> p;
                    auto f = p.get_future();
                    auto victim = fibers::spawn([&] { return test::error_of([&] { f.get(); }); });
                    auto stopper = fibers::spawn([&, when = moments.up_to(moment / 4)] {
                        test::spin_for(when);
                        victim.request_stop();
                    });
                    fibers::this_fiber::yield();
                    test::spin_for(moments.up_to(moment / 4));
                    p.set_value(1);
                    stopper.join();
                    const std::error_code how = victim.join();
                    EXPECT_EQ(f.valid(), bool{how});
                    if (how) {
                        EXPECT_EQ(how, std::errc::operation_canceled);
                        EXPECT_EQ(f.get(), 1);
                    }
                }
            }));
        for (auto& lane : lanes)
            lane.join();
    });
}

} // namespace
