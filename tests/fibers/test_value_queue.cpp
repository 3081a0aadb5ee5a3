#include <fibers/detail/value_queue.hpp>

#include <tests/fibers/stubborn.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace {

using fibers::detail::value_queue;
using test::stubborn;

TEST(ValueQueue, IsFirstInFirstOutWhateverItsLength) {
    value_queue<int> queue;
    int in = 0, out = 0;
    for (const int burst : {1, 5, 300, 2'000, 7}) {
        for (int i = 0; i < burst; ++i)
            queue.push_back(int{in++});
        for (int i = 0; i < burst - burst / 3; ++i, ++out, queue.pop_front())
            ASSERT_EQ(queue.front(), out);
        EXPECT_EQ(queue.size(), static_cast<std::size_t>(in - out));
    }
    for (; !queue.empty(); ++out, queue.pop_front())
        ASSERT_EQ(queue.front(), out);
    EXPECT_EQ(out, in);
}

TEST(ValueQueue, OneMayPutInWhileAnotherTakesOut) {
    constexpr int count = 50'000;
    constexpr std::size_t room = 300; // more than a block, so that blocks come and go
    value_queue<int> queue;
    std::thread other{[&] {
        for (int i = 0; i < count;)
            if (queue.full(room))
                std::this_thread::yield();
            else
                queue.push_back(int{i++});
    }};
    bool in_order = true;
    for (int i = 0; i < count;)
        if (queue.empty()) {
            std::this_thread::yield();
        } else {
            in_order = in_order && queue.front() == i++;
            queue.pop_front();
        }
    other.join();
    EXPECT_TRUE(in_order);
    EXPECT_EQ(queue.size(), 0u);
}

TEST(ValueQueue, DestroysEachValueOnce) {
    const auto witness = std::make_shared<int>(0);
    {
        value_queue<std::shared_ptr<int>> queue;
        for (int i = 0; i < 500; ++i)
            queue.push_back(std::shared_ptr{witness});
        for (int i = 0; i < 200; ++i)
            queue.pop_front();
        EXPECT_EQ(witness.use_count(), 301);
    }
    EXPECT_EQ(witness.use_count(), 1);
}

TEST(ValueQueue, HoldsValuesOfAnySize) {
    struct large {
        alignas(64) std::array<int, 1'000> numbers;
    };
    value_queue<large> queue;
    for (int i = 0; i < 30; ++i)
        queue.push_back(large{{i}});
    for (int i = 0; i < 30; ++i, queue.pop_front())
        ASSERT_EQ(queue.front().numbers[0], i);
}

TEST(ValueQueue, IsUnchangedWhereAMoveThrows) {
    value_queue<stubborn> queue;
    int count = 0;
    for (int i = 0; i < 400; ++i) { // wherever in a block, also at its beginning
        EXPECT_THROW(queue.push_back(stubborn{-1, 0b1}), std::runtime_error);
        queue.push_back(stubborn{count++, 0});
    }
    for (int i = 0; i < count; ++i, queue.pop_front())
        ASSERT_EQ(queue.front().number, i);
    EXPECT_TRUE(queue.empty());
}

} // namespace
