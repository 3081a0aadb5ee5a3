#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>

#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include <gtest/gtest.h>

namespace {

TEST(FiberIdentity, IdIsTheSameInsideAndOutside) {
    fibers::run([] {
        fibers::fiber_id inside;
        auto f = fibers::spawn([&] { inside = fibers::this_fiber::get_id(); });
        const fibers::fiber_id outside = f.get_id();
        f.join();
        EXPECT_EQ(inside, outside);
        EXPECT_NE(inside, fibers::this_fiber::get_id());
        EXPECT_NE(inside, fibers::fiber_id{});
    });
}

TEST(FiberIdentity, IdsOfTheLivingDiffer) {
    fibers::run([] {
        std::vector<fibers::fiber<fibers::fiber_id>> all;
        for (int i = 0; i < 100; ++i)
            all.push_back(fibers::spawn([] { return fibers::this_fiber::get_id(); }));
        std::set<fibers::fiber_id> ordered{fibers::this_fiber::get_id()};
        std::unordered_set<fibers::fiber_id> hashed{fibers::this_fiber::get_id()};
        for (auto& f : all) {
            ordered.insert(f.get_id());
            hashed.insert(f.get_id());
        }
        EXPECT_EQ(ordered.size(), 101U);
        EXPECT_EQ(hashed.size(), 101U);
        for (auto& f : all)
            EXPECT_TRUE(ordered.contains(f.join()));
    });
}

TEST(FiberIdentity, IdStaysAcrossSuspensions) {
    fibers::run([] {
        auto f = fibers::spawn([] {
            const fibers::fiber_id before = fibers::this_fiber::get_id();
            for (int i = 0; i < 10; ++i)
                fibers::this_fiber::yield();
            return before == fibers::this_fiber::get_id();
        });
        for (int i = 0; i < 5; ++i)
            fibers::this_fiber::yield();
        EXPECT_TRUE(f.join());
    });
}

TEST(FiberIdentity, IdsPrint) {
    const auto printed = [](fibers::fiber_id id) {
        std::ostringstream out;
        out << id;
        return out.str();
    };
    EXPECT_EQ(printed({}), "no fiber");
    fibers::run([&] {
        EXPECT_NE(printed(fibers::this_fiber::get_id()), printed({}));
        EXPECT_FALSE(printed(fibers::this_fiber::get_id()).empty());
    });
}

TEST(FiberIdentity, NameIsTheOneThatWasGiven) {
    fibers::run([] {
        auto named = fibers::spawn({.name = "a rather long name, longer than a thread's"},
                                   [] { return fibers::this_fiber::name(); });
        auto nameless = fibers::spawn([] { return fibers::this_fiber::name(); });
        EXPECT_EQ(named.join(), "a rather long name, longer than a thread's");
        EXPECT_EQ(nameless.join(), "");
        EXPECT_EQ(fibers::this_fiber::name(), "");
    });
}

TEST(FiberIdentity, HandleWithoutFiberHasNoId) {
    fibers::fiber<int> none;
    EXPECT_EQ(none.get_id(), fibers::fiber_id{});
}

} // namespace
