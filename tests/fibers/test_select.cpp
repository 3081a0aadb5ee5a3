#include <fibers/select.hpp>

#include <fibers/async.hpp>
#include <fibers/sync/promise.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/clocks.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/stubborn.hpp>

#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::channel;
using fibers::on_receive;
using fibers::on_send;
using fibers::on_timeout;
using fibers::otherwise;
using std::chrono::steady_clock;
using test::stubborn;

/// For a case that must not be chosen.
const auto unexpected = [](auto&&...) { ADD_FAILURE(); };

class Select : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, Select, test::every_place, test::name_of_place);

TEST_P(Select, ReceivesWhatIsThere) {
    run([] {
        channel<int> empty{1}, full{1};
        full.send(5);
        std::optional<int> got;
        EXPECT_EQ(fibers::select(on_receive(empty, unexpected),
                                 on_receive(full, [&](std::optional<int> n) { got = n; })),
                  1U);
        EXPECT_EQ(got, 5);
        EXPECT_EQ(full.size(), 0U);
    });
}

TEST_P(Select, SendsWhereThereIsRoom) {
    run([] {
        channel<int> full{1}, room{1};
        full.send(5);
        EXPECT_EQ(fibers::select(on_send(full, 1, unexpected), on_send(room, 2)), 1U);
        EXPECT_EQ(full.receive(), 5);
        EXPECT_EQ(full.try_receive(), std::nullopt);
        EXPECT_EQ(room.receive(), 2);
    });
}

TEST_P(Select, WaitsForASender) {
    run([&] {
        channel<int> silent, numbers;
        std::optional<int> got;
        auto selector = start([&] {
            EXPECT_EQ(fibers::select(on_receive(silent, unexpected),
                                     on_receive(numbers, [&](std::optional<int> n) { got = n; })),
                      1U);
        });
        settle();
        EXPECT_TRUE(numbers.try_send(7));
        selector.join();
        EXPECT_EQ(got, 7);
        EXPECT_FALSE(silent.try_send(1)); // nobody waits there any more
    });
}

TEST_P(Select, WaitsForAReceiverAndForRoom) {
    run([&] {
        for (const std::size_t capacity : {0U, 1U}) {
            channel<int> silent, numbers{capacity};
            if (capacity == 1)
                numbers.send(0);
            auto selector = start([&] {
                bool sent = false;
                EXPECT_EQ(fibers::select(on_send(silent, 1, unexpected),
                                         on_send(numbers, 2, [&] { sent = true; })),
                          1U);
                EXPECT_TRUE(sent);
            });
            settle();
            if (capacity == 1) {
                EXPECT_EQ(numbers.receive(), 0);
            }
            EXPECT_EQ(numbers.receive(), 2);
            selector.join();
            EXPECT_EQ(silent.try_receive(), std::nullopt);
        }
    });
}

TEST_P(Select, DoesNotMoveAwayWhatItDoesNotSend) {
    run([] {
        channel<std::unique_ptr<int>> none, room{1};
        auto first = std::make_unique<int>(1), second = std::make_unique<int>(2);
        fibers::select(on_send(none, std::move(first), unexpected), on_timeout(1ms));
        ASSERT_TRUE(first);
        fibers::select(on_send(none, std::move(first), unexpected),
                       on_send(room, std::move(second)));
        ASSERT_TRUE(first);
        EXPECT_FALSE(second);
        EXPECT_EQ(**room.receive(), 2);
    });
}

TEST_P(Select, OtherwiseIsForWhenNothingElseIsPossible) {
    run([] {
        channel<int> numbers{1};
        bool called = false;
        EXPECT_EQ(
            fibers::select(on_receive(numbers, unexpected), otherwise([&] { called = true; })), 1U);
        EXPECT_TRUE(called);
        EXPECT_EQ(fibers::select(otherwise(unexpected), on_send(numbers, 1)), 1U);
        EXPECT_EQ(fibers::select(otherwise()), 0U);
    });
}

TEST_P(Select, TimesOut) {
    run([] {
        channel<int> silent;
        auto begin = steady_clock::now();
        EXPECT_EQ(fibers::select(on_receive(silent, unexpected), on_timeout(3ms),
                                 on_timeout(1h, unexpected)),
                  1U);
        EXPECT_GE(steady_clock::now() - begin, 3ms);
        EXPECT_EQ(fibers::select(on_timeout(1h, unexpected), on_timeout(-1s)), 1U);
    });
}

TEST_P(Select, WaitsForAMomentOfAnyClock) {
    run([] {
        channel<int> silent;
        const auto slow = test::slow_clock::now() + 2ms;
        EXPECT_EQ(fibers::select(on_receive(silent, unexpected), fibers::on_moment(slow, [] {})),
                  1U);
        EXPECT_GE(test::slow_clock::now(), slow);
        EXPECT_EQ(fibers::select(on_receive(silent, unexpected),
                                 fibers::on_moment(steady_clock::time_point::min())),
                  1U);
    });
}

TEST_P(Select, SeesTheEndOfAChannel) {
    run([&] {
        channel<int> numbers;
        const auto expect_end = [&] {
            std::optional<int> got = 1;
            EXPECT_EQ(fibers::select(on_receive(numbers, [&](std::optional<int> n) { got = n; })),
                      0U);
            EXPECT_EQ(got, std::nullopt);
        };
        auto selector = start(expect_end);
        settle();
        numbers.close();
        selector.join();
        expect_end();
    });
}

TEST_P(Select, FailsWhenItSendsToAClosedChannel) {
    run([&] {
        channel<int> numbers, silent;
        const auto expect_failure = [&] {
            EXPECT_EQ(test::error_of([&] {
                          fibers::select(on_receive(silent, unexpected),
                                         on_send(numbers, 1, unexpected));
                      }),
                      fibers::channel_errc::closed);
        };
        auto selector = start(expect_failure);
        settle();
        numbers.close();
        selector.join();
        expect_failure();
        EXPECT_FALSE(silent.try_send(1));
    });
}

TEST_P(Select, IsNoPartnerOfItself) {
    run([&] {
        channel<int> numbers;
        const auto both = [&](int mine) {
            std::optional<int> got;
            fibers::select(on_send(numbers, mine),
                           on_receive(numbers, [&](std::optional<int> n) { got = n; }),
                           on_timeout(2ms));
            return got;
        };
        EXPECT_EQ(both(1), std::nullopt);
        auto other = start([&] { EXPECT_EQ(numbers.receive(), 2); });
        settle();
        EXPECT_EQ(both(2), std::nullopt);
        other.join();
    });
}

TEST_P(Select, MeetsAnotherSelect) {
    run([&] {
        channel<int> here, there;
        constexpr int rounds = 2'000;
        // Each sends and receives on both, so they can only meet each other.
        std::atomic<int> sent = 0, received = 0;
        const auto body = [&](channel<int>& a, channel<int>& b) {
            for (int i = 0; i < rounds; ++i)
                fibers::select(on_send(a, 1, [&] { ++sent; }),
                               on_receive(b, [&](std::optional<int> n) { received += *n; }));
        };
        auto one = start([&] { body(here, there); });
        body(there, here);
        one.join();
        EXPECT_EQ(sent, rounds);
        EXPECT_EQ(received, rounds);
    });
}

TEST_P(Select, TakesTheSameCaseTwice) {
    run([&] {
        channel<int> numbers;
        int sum = 0;
        auto selector = start([&] {
            const auto add = [&](std::optional<int> n) { sum += *n; };
            fibers::select(on_receive(numbers, add), on_receive(numbers, add));
        });
        settle();
        numbers.send(3);
        selector.join();
        EXPECT_EQ(sum, 3);
        EXPECT_FALSE(numbers.try_send(1));
    });
}

TEST_P(Select, IsFairAmongThePossible) {
    run([] {
        channel<int> never, a{1}, b{1}, c{1};
        std::array<int, 4> chosen{};
        a.send(1);
        b.send(1);
        c.send(1);
        for (int i = 0; i < 3'000; ++i) {
            const std::size_t which = fibers::select(
                on_receive(never, unexpected), on_receive(a, [&](auto) { a.send(1); }),
                on_receive(b, [&](auto) { b.send(1); }), on_receive(c, [&](auto) { c.send(1); }));
            ++chosen[which];
        }
        for (std::size_t i = 1; i < 4; ++i)
            EXPECT_GT(chosen[i], 700); // of 1,000; the numbers drawn are the same in each run
    });
}

TEST_P(Select, GoesOnWaitingWhenTheMoveToOrFromItThrows) {
    run([&] {
        channel<stubborn> in, out, silent;
        auto receiver = start([&] {
            fibers::select(
                on_receive(silent, unexpected),
                on_receive(in, [](std::optional<stubborn> n) { EXPECT_EQ(n->number, 2); }));
        });
        auto sender = start([&] {
            fibers::select(on_receive(silent, unexpected), on_send(out, stubborn{3, 0b1}));
        });
        settle();
        EXPECT_THROW(in.send(stubborn{1, 0b1}), std::runtime_error);
        in.send(stubborn{2, 0});
        EXPECT_THROW(static_cast<void>(out.receive()), std::runtime_error);
        EXPECT_EQ(out.receive()->number, 3);
        receiver.join();
        sender.join();
        EXPECT_FALSE(silent.try_send(stubborn{4, 0}));
    });
}

TEST_P(Select, WaitsForAFuture) {
    run([&] {
        channel<int> silent;
        fibers::promise<int> promise, other;
        fibers::future<int> result = promise.get_future();
        const fibers::shared_future<int> later = other.get_future();
        auto selector = start([&] {
            int got = 0;
            EXPECT_EQ(fibers::select(on_receive(silent, unexpected),
                                     fibers::on_ready(later, unexpected),
                                     fibers::on_ready(result, [&] { got = result.get(); })),
                      2U);
            EXPECT_EQ(got, 6);
        });
        settle();
        promise.set_value(6);
        selector.join();
        EXPECT_FALSE(silent.try_send(1));
        other.set_value(7);
        EXPECT_EQ(fibers::select(on_receive(silent, unexpected), fibers::on_ready(later)), 1U);
        EXPECT_EQ(later.get(), 7);
        EXPECT_THROW(fibers::select(fibers::on_ready(result)), std::future_error);
    });
}

TEST_P(Select, ChoosesADeferredFutureAtOnce) {
    run([] {
        auto deferred = fibers::async(std::launch::deferred, [] { return 8; });
        int got = 0;
        fibers::select(fibers::on_ready(deferred, [&] { got = deferred.get(); }));
        EXPECT_EQ(got, 8);
    });
}

TEST_P(Select, WaitsForAStop) {
    run([&] {
        channel<int> silent;
        fibers::stop_source source, other;
        const auto expect_stop = [&] {
            EXPECT_EQ(fibers::select(on_receive(silent, unexpected),
                                     fibers::on_stop(other.get_token(), unexpected),
                                     fibers::on_stop(fibers::stop_token{}, unexpected),
                                     fibers::on_stop(source.get_token())),
                      3U);
        };
        auto selector = start(expect_stop);
        settle();
        source.request_stop();
        selector.join();
        expect_stop();
        EXPECT_FALSE(silent.try_send(1));
        other.request_stop(); // tells nobody any more
    });
}

TEST_P(Select, HonoursTheAmbientDeadline) {
    run([] {
        channel<int> silent;
        fibers::timeout_scope limit{2ms};
        const auto begin = steady_clock::now();
        EXPECT_EQ(test::error_of([&] {
                      fibers::select(on_receive(silent, unexpected), on_timeout(1h, unexpected));
                  }),
                  std::errc::timed_out);
        EXPECT_GE(steady_clock::now() - begin, 2ms);
        EXPECT_FALSE(silent.try_send(1));
    });
}

TEST_P(Select, PassesOnWhatAHandlerThrows) {
    run([] {
        channel<int> numbers{1};
        EXPECT_THROW(fibers::select(on_send(numbers, 1, [] { throw std::runtime_error{"no"}; })),
                     std::runtime_error);
        EXPECT_EQ(numbers.receive(), 1);
    });
}

TEST_P(Select, AHandlerMaySelect) {
    run([] {
        channel<int> numbers{1};
        int got = 0;
        fibers::select(on_send(numbers, 4, [&] {
            fibers::select(on_receive(numbers, [&](std::optional<int> n) { got = *n; }));
        }));
        EXPECT_EQ(got, 4);
    });
}

class SelectStop : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, SelectStop, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(SelectStop, IsEndedByAStop) {
    run([] {
        channel<int> silent;
        auto selector = fibers::spawn([&] {
            return test::error_of([&] {
                fibers::select(on_receive(silent, unexpected), on_send(silent, 1, unexpected));
            });
        });
        fibers::this_fiber::sleep_for(2ms);
        selector.request_stop();
        EXPECT_EQ(selector.join(), std::errc::operation_canceled);
    });
}

} // namespace
