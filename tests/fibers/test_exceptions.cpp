#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;

/// Every case is run with many fibers at once that are out of step with each other, so that their
/// exceptions begin and end in any order.
class Exceptions : public test::with_workers {
  protected:
    void run_in_many(const std::function<void(int)>& body) {
        run([&] {
            std::vector<fibers::fiber<void>> all;
            for (int i = 0; i < 50; ++i)
                all.push_back(fibers::spawn(body, i));
            body(50); // on the thread's own stack
            for (auto& f : all)
                f.join();
        });
    }

    static void suspend(int times) {
        for (int i = 0; i < times % 7; ++i)
            fibers::this_fiber::yield();
        if (times % 5 == 0)
            fibers::this_fiber::sleep_for(std::chrono::microseconds{times});
    }
};
INSTANTIATE_TEST_SUITE_P(Workers, Exceptions, test::worker_counts,
                         testing::PrintToStringParamName());

std::string current_message() {
    return test::message_of([] { std::rethrow_exception(std::current_exception()); });
}

TEST_P(Exceptions, SurviveASuspensionInsideCatch) {
    run_in_many([](int i) {
        for (int round = 0; round < 5; ++round) {
            const std::string mine = std::to_string(100 * i + round);
            try {
                throw std::runtime_error(mine);
            } catch (const std::runtime_error& error) {
                suspend(i + round);
                EXPECT_EQ(current_message(), mine);
                EXPECT_EQ(error.what(), mine);
            }
            EXPECT_EQ(std::current_exception(), nullptr);
        }
    });
}

TEST_P(Exceptions, AreRethrownAsTheyWereAfterASuspension) {
    run_in_many([](int i) {
        const std::string mine = std::to_string(i);
        EXPECT_EQ(test::message_of([&] {
                      try {
                          throw std::runtime_error(mine);
                      } catch (...) {
                          suspend(i);
                          throw;
                      }
                  }),
                  mine);
    });
}

TEST_P(Exceptions, NestAcrossSuspensions) {
    run_in_many([](int i) {
        const std::string outer = "outer " + std::to_string(i);
        const std::string inner = "inner " + std::to_string(i);
        try {
            throw std::runtime_error(outer);
        } catch (...) {
            suspend(i);
            try {
                suspend(i + 1);
                throw std::logic_error(inner);
            } catch (const std::logic_error&) {
                suspend(i + 2);
                EXPECT_EQ(current_message(), inner);
            }
            suspend(i + 3);
            EXPECT_EQ(current_message(), outer);
            try {
                try {
                    throw;
                } catch (const std::runtime_error& again) {
                    suspend(i + 4);
                    EXPECT_EQ(again.what(), outer);
                    std::throw_with_nested(std::logic_error(inner));
                }
            } catch (const std::logic_error& nesting) {
                suspend(i + 5);
                EXPECT_EQ(test::message_of([&] { std::rethrow_if_nested(nesting); }), outer);
            }
        }
        EXPECT_EQ(std::current_exception(), nullptr);
    });
}

TEST_P(Exceptions, SurviveASuspensionInADestructorDuringUnwinding) {
    struct suspends {
        int times;
        int uncaught_before = std::uncaught_exceptions();
        ~suspends() {
            EXPECT_EQ(std::uncaught_exceptions(), uncaught_before + 1);
            suspend(times);
            EXPECT_EQ(std::uncaught_exceptions(), uncaught_before + 1);
        }
    };
    run_in_many([](int i) {
        EXPECT_EQ(std::uncaught_exceptions(), 0);
        const std::string mine = std::to_string(i);
        EXPECT_EQ(test::message_of([&] {
                      const suspends second{i + 1};
                      const suspends first{i};
                      throw std::runtime_error(mine);
                  }),
                  mine);
        EXPECT_EQ(std::uncaught_exceptions(), 0);
    });
}

TEST_P(Exceptions, ThrownAndCaughtInADestructorDuringUnwinding) {
    struct cleans_up {
        int i;
        ~cleans_up() {
            const std::string mine = "clean-up " + std::to_string(i);
            EXPECT_EQ(test::message_of([&] {
                          suspend(i);
                          throw std::logic_error(mine);
                      }),
                      mine);
            suspend(i + 1);
            EXPECT_EQ(std::uncaught_exceptions(), 1);
        }
    };
    run_in_many([](int i) {
        EXPECT_EQ(test::message_of([&] {
                      const cleans_up at_the_end{i};
                      throw std::runtime_error("outside");
                  }),
                  "outside");
    });
}

TEST_P(Exceptions, OfOneFiberAreNotSeenInAnother) {
    run([] {
        const auto nothing_in_flight = [] {
            return std::current_exception() == nullptr && std::uncaught_exceptions() == 0;
        };
        struct spawns_while_unwinding {
            const std::function<bool()> check;
            ~spawns_while_unwinding() { EXPECT_TRUE(fibers::spawn(check).join()); }
        };
        try {
            const spawns_while_unwinding at_the_end{nothing_in_flight};
            throw std::runtime_error("main's");
        } catch (...) {
            EXPECT_TRUE(fibers::spawn(nothing_in_flight).join());
            EXPECT_EQ(current_message(), "main's");
        }
    });
}

TEST_P(Exceptions, BeginAndEndInAnyOrder) {
    run([] {
        // a catches first and leaves its handler first, too: the opposite of a stack's order.
        std::string order;
        const auto handles = [&](char name, int begin, int length) {
            for (int i = 0; i < begin; ++i)
                fibers::this_fiber::yield();
            try {
                throw std::string(1, name);
            } catch (const std::string& mine) {
                for (int i = 0; i < length; ++i)
                    fibers::this_fiber::yield();
                try {
                    throw;
                } catch (const std::string& same) {
                    EXPECT_EQ(&same, &mine);
                    EXPECT_EQ(same, std::string(1, name));
                }
            }
        };
        auto a = fibers::spawn(handles, 'a', 0, 4);
        auto b = fibers::spawn(handles, 'b', 1, 6);
        auto c = fibers::spawn(handles, 'c', 2, 1);
        a.join();
        b.join();
        c.join();
    });
}

TEST_P(Exceptions, PassThroughJoinWhileTheJoinerHandlesAnother) {
    run([] {
        try {
            throw std::runtime_error("joiner's");
        } catch (...) {
            auto f = fibers::spawn([] {
                fibers::this_fiber::yield();
                throw std::logic_error("fiber's");
            });
            EXPECT_EQ(test::message_of([&] { f.join(); }), "fiber's");
            EXPECT_EQ(current_message(), "joiner's");
        }
    });
}

} // namespace
