#include <fibers/runtime.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/errors.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace {

int triple(int n) {
    return 3 * n;
}

struct counter {
    int value = 0;
    int add(int n) { return value += n; }
};

struct move_only_call {
    std::unique_ptr<int> held;
    int operator()() && { return *held; }
};

TEST(Spawn, CallsAnyCallable) {
    fibers::run([] {
        counter c;
        std::function<int(int)> wrapped = triple;
        EXPECT_EQ(fibers::spawn([] { return 1; }).join(), 1);
        EXPECT_EQ(fibers::spawn(triple, 2).join(), 6);
        EXPECT_EQ(fibers::spawn(&triple, 3).join(), 9);
        EXPECT_EQ(fibers::spawn(wrapped, 4).join(), 12);
        EXPECT_EQ(fibers::spawn(std::ref(wrapped), 5).join(), 15);
        EXPECT_EQ(fibers::spawn(&counter::add, &c, 7).join(), 7);
        EXPECT_EQ(fibers::spawn(&counter::add, std::ref(c), 1).join(), 8);
        EXPECT_EQ(fibers::spawn(move_only_call{std::make_unique<int>(9)}).join(), 9);
    });
}

TEST(Spawn, CopiesArgumentsAsThreadDoes) {
    fibers::run([] {
        std::string text = "before";
        auto copied = fibers::spawn([](std::string s) { return s; }, text);
        auto referred = fibers::spawn([](std::string& s) { return s; }, std::ref(text));
        text = "after";
        EXPECT_EQ(copied.join(), "before");
        EXPECT_EQ(referred.join(), "after");

        std::array<char, 6> literal{"local"};
        auto decayed = fibers::spawn([](const char* s) { return s; }, literal.data());
        EXPECT_EQ(decayed.join(), literal.data());
    });
}

TEST(Spawn, MovesArgumentsThatCannotBeCopied) {
    fibers::run([] {
        auto sum = fibers::spawn(
            [](std::unique_ptr<int> a, const std::unique_ptr<int>& b) { return *a + *b; },
            std::make_unique<int>(3), std::make_unique<int>(4));
        EXPECT_EQ(sum.join(), 7);
    });
}

TEST(Spawn, KeepsTheAlignmentOfTheCallable) {
    struct alignas(128) aligned {
        std::uintptr_t operator()() const { return reinterpret_cast<std::uintptr_t>(this) % 128; }
    };
    fibers::run([] {
        std::vector<fibers::fiber<std::uintptr_t>> all;
        for (int i = 0; i < 20; ++i)
            all.push_back(fibers::spawn(aligned{}));
        for (auto& f : all)
            EXPECT_EQ(f.join(), 0U);
    });
}

TEST(Spawn, TakesCallablesOfAnySize) {
    fibers::run([] {
        std::array<unsigned char, 20'000> large{};
        large.back() = 42;
        EXPECT_EQ(fibers::spawn([large] { return large.back(); }).join(), 42);
    });
}

TEST(Spawn, DestroysTheCallableBeforeJoinReturns) {
    fibers::run([] {
        auto held = std::make_shared<int>(0);
        auto returns = fibers::spawn([held] { return *held; });
        EXPECT_EQ(held.use_count(), 2);
        returns.join();
        EXPECT_EQ(held.use_count(), 1);
        auto throws = fibers::spawn([held] { throw std::runtime_error("thrown"); });
        EXPECT_EQ(held.use_count(), 2);
        EXPECT_THROW(throws.join(), std::runtime_error);
        EXPECT_EQ(held.use_count(), 1);
    });
}

TEST(Spawn, LetsTheCallerGoOnFirst) {
    fibers::run([] {
        std::string order;
        auto f = fibers::spawn([&] { order += 'b'; });
        order += 'a';
        f.join();
        EXPECT_EQ(order, "ab");
    });
}

TEST(Spawn, LetsOutWhatCopyingThrowsAndStartsNothing) {
    struct uncopyable_today {
        uncopyable_today() = default;
        uncopyable_today(const uncopyable_today&) { throw std::runtime_error("no copy"); }
        void operator()() const { ADD_FAILURE() << "was called"; }
    };
    fibers::run([] {
        const uncopyable_today call;
        EXPECT_THROW(auto f = fibers::spawn(call), std::runtime_error);
        fibers::this_fiber::yield();
    });
}

TEST(Spawn, FailsOnAPlainThreadAndSaysWhatToDo) {
    const auto attempt = [] { auto f = fibers::spawn([] {}); };
    EXPECT_EQ(test::error_of(attempt), std::errc::operation_not_permitted);
    const std::string message = test::message_of(attempt);
    EXPECT_NE(message.find("fibers::spawn"), message.npos) << message;
    EXPECT_NE(message.find("runtime::spawn"), message.npos) << message;
}

} // namespace
