#include <tests/fibers/everywhere.hpp>

#include <fibers/fiber_local.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/thread.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace {

using FiberLocal = test::everywhere;

TEST_P(FiberLocal, EveryFiberHasItsOwn) {
    run([this] {
        fibers::fiber_local<int> number{10};
        *number = 1;
        std::vector<test::task> others;
        for (int i = 0; i < 20; ++i)
            others.push_back(start([&number, i] {
                EXPECT_EQ(*number, 10);
                *number = i;
                fibers::this_fiber::yield();
                EXPECT_EQ(*number, i);
            }));
        for (test::task& t : others)
            t.join();
        EXPECT_EQ(*number, 1);
    });
}

TEST_P(FiberLocal, ValuesAreMadeOnFirstUseOnly) {
    run([this] {
        std::atomic<int> made = 0;
        fibers::fiber_local<std::string> text{[&] {
            ++made;
            return std::string{"fresh"};
        }};
        start([] {}).join();
        EXPECT_EQ(made, 0);
        start([&] {
            EXPECT_EQ(*text, "fresh");
            EXPECT_EQ(text->size(), 5U);
        }).join();
        EXPECT_EQ(made, 1);
    });
}

TEST_P(FiberLocal, AFailureToMakeAValueComesOutAndTheNextUseTriesAgain) {
    run([] {
        bool fail = true;
        fibers::fiber_local<int> number{[&]() -> int {
            if (fail)
                throw std::runtime_error{"not yet"};
            return 3;
        }};
        EXPECT_THROW(*number, std::runtime_error);
        fail = false;
        EXPECT_EQ(*number, 3);
    });
}

INSTANTIATE_TEST_SUITE_P(Everywhere, FiberLocal, test::every_place, test::name_of_place);

/// Where threads are started by fibers::thread, whose end join() awaits with all that belongs to it.
class FiberLocalEnd : public test::everywhere {};

TEST_P(FiberLocalEnd, ValuesAreDestroyedWithTheirFiberNewestFirst) {
    run([] {
        std::vector<int> order;
        struct note {
            ~note() { order->push_back(n); }
            std::vector<int>* order;
            int n;
        };
        fibers::fiber_local<std::unique_ptr<note>> a, b;
        fibers::thread{[&] {
            a->reset(new note{&order, 1});
            b->reset(new note{&order, 2});
        }}.join();
        EXPECT_EQ(order, (std::vector{2, 1}));
    });
}

TEST_P(FiberLocalEnd, DestructorsMaySuspendAndUseOtherValues) {
    run([] {
        static fibers::fiber_local<int> number{4};
        int seen = 0, late = 0;
        struct reader {
            ~reader() {
                fibers::this_fiber::yield();
                if (into)
                    *into = ++*number;
            }
            int* into = nullptr;
        };
        static fibers::fiber_local<reader> outer{[] { return reader{}; }};
        fibers::thread{[&] {
            *number = 7;
            outer->into = &seen;
        }}.join();
        EXPECT_EQ(seen, 8); // the value that was there
        fibers::thread{[&] { outer->into = &late; }}.join();
        EXPECT_EQ(late, 5); // one that was made for the destructor
    });
}

TEST_P(FiberLocalEnd, AValueOutlivesItsVariableUnharmed) {
    run([] {
        auto held = std::make_shared<int>(0);
        fibers::thread{[&] {
            {
                fibers::fiber_local<std::shared_ptr<int>> shortlived{held};
                EXPECT_EQ(shortlived->get(), held.get());
            }
            fibers::fiber_local<std::string> another{"another"};
            EXPECT_EQ(*another, "another");
        }}.join();
        EXPECT_EQ(held.use_count(), 1);
    });
}

INSTANTIATE_TEST_SUITE_P(Everywhere, FiberLocalEnd, test::every_place, test::name_of_place);

TEST(FiberLocalOfMain, ValuesOfTheMainFiberEndWithIt) {
    auto held = std::make_shared<int>(0);
    static fibers::fiber_local<std::shared_ptr<int>> mine;
    fibers::run([&] {
        *mine = held;
        EXPECT_EQ(held.use_count(), 2);
    });
    EXPECT_EQ(held.use_count(), 1);
    EXPECT_EQ(*mine, nullptr); // the plain thread has its own
}

} // namespace
