// Selects that meet each other and plain senders and receivers while their time runs out or they
// are stopped: of all cases exactly one acts, and what is not chosen has no effect.

#include <fibers/select.hpp>

#include <fibers/runtime.hpp>
#include <fibers/sync/promise.hpp>
#include <fibers/sync/stop_token.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/errors.hpp>
#include <tests/fibers/everywhere.hpp>
#include <tests/fibers/random_moments.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::channel;
using fibers::on_receive;
using fibers::on_send;
using fibers::on_timeout;

constexpr std::chrono::nanoseconds moment = 20us;

class SelectRace : public test::everywhere {};
INSTANTIATE_TEST_SUITE_P(Everywhere, SelectRace, test::every_place, test::name_of_place);

TEST_P(SelectRace, NothingIsLostAmongManySelectsOnTheSameChannels) {
    for (const std::size_t capacity : {0U, 2U})
        run([&] {
            channel<std::unique_ptr<int>> a{capacity}, b{capacity};
            std::atomic<int> sent = 0, received = 0, going = 4;
            std::vector<test::task> tasks;
            for (unsigned t = 0; t < 4; ++t)
                tasks.push_back(start([&, t] {
                    test::random_moments moments{t + 1};
                    const auto take = [&](std::optional<std::unique_ptr<int>> n) {
                        received += **n;
                    };
                    for (int i = 0; i < test::scaled(1'500); ++i) {
                        auto one = std::make_unique<int>(1), other = std::make_unique<int>(1);
                        const std::size_t which =
                            fibers::select(on_send(a, std::move(one)), on_receive(b, take),
                                           on_timeout(moments.up_to(moment)),
                                           on_send(b, std::move(other)), on_receive(a, take));
                        EXPECT_EQ(!one, which == 0);
                        EXPECT_EQ(!other, which == 3);
                        if (which == 0 || which == 3)
                            ++sent;
                    }
                    if (--going == 0) {
                        a.close();
                        b.close();
                    }
                }));
            for (auto& t : tasks)
                t.join();
            while (a.try_receive())
                ++received;
            while (b.try_receive())
                ++received;
            EXPECT_EQ(sent, received);
            EXPECT_GT(sent, 0);
        });
}

TEST_P(SelectRace, MeetsPlainSendersAndReceivers) {
    run([&] {
        channel<int> in, out{1};
        constexpr int count = test::scaled(6'000);
        auto source = start([&] {
            for (int i = 1; i <= count; ++i)
                in.send(i);
            in.close();
        });
        std::int64_t sum = 0;
        auto sink = start([&] {
            for (const int n : out)
                sum += n;
        });
        // Passes on what it gets, and holds one value back for as long as nobody wants it.
        std::optional<int> held = in.receive();
        std::vector<int> waiting;
        bool more = true;
        while (more || !waiting.empty() || held) {
            if (!held) {
                if (waiting.empty()) {
                    held = in.receive();
                    more = held.has_value();
                    continue;
                }
                held = waiting.back();
                waiting.pop_back();
            }
            if (more)
                fibers::select(on_send(out, *held, [&] { held.reset(); }),
                               on_receive(in, [&](std::optional<int> n) {
                                   more = n.has_value();
                                   if (n)
                                       waiting.push_back(*n);
                               }));
            else
                fibers::select(on_send(out, *held, [&] { held.reset(); }));
        }
        out.close();
        source.join();
        sink.join();
        EXPECT_EQ(sum, std::int64_t{count} * (count + 1) / 2);
    });
}

TEST_P(SelectRace, ReadinessAndValuesAreEachTakenOnce) {
    run([&] {
        const test::descriptor_pair pipe = test::nonblocking_pipe();
        fibers::readiness readable{pipe.reader.handle()};
        channel<int> numbers;
        constexpr int count = test::scaled(1'000);
        std::atomic<int> bytes = 0, values = 0;
        std::vector<test::task> tasks;
        for (int t = 0; t < 2; ++t)
            tasks.push_back(start([&] {
                for (bool more = true; more;)
                    fibers::select(fibers::on_readable(readable,
                                                       [&] {
                                                           while (pipe.reader.take())
                                                               ++bytes;
                                                       }),
                                   on_receive(numbers, [&](std::optional<int> n) {
                                       more = n.has_value();
                                       values += more;
                                   }));
            }));
        auto writer = start([&] {
            for (int i = 0; i < count; ++i) {
                pipe.writer.put();
                if (i % 8 == 0)
                    fibers::this_fiber::yield();
            }
        });
        for (int i = 0; i < count; ++i)
            numbers.send(i);
        writer.join();
        while (bytes < count)
            fibers::this_fiber::sleep_for(100us); // hangs if readiness was lost
        numbers.close();
        for (auto& t : tasks)
            t.join();
        EXPECT_EQ(values, count);
    });
}

TEST_P(SelectRace, AResultAStopAndAValueThatComeTogetherAreEachSeen) {
    run([&] {
        test::random_moments moments{8};
        fibers::promise<int> never_set;
        const fibers::future<int> never = never_set.get_future();
        for (int i = 0; i < test::scaled(300); ++i) {
            channel<int> numbers;
            fibers::promise<int> promise;
            fibers::future<int> result = promise.get_future();
            fibers::stop_source source;
            auto bringer = start([&, work = moments.up_to(moment / 4)] {
                test::spin_for(work);
                promise.set_value(1);
                numbers.send(1);
            });
            auto stopper = start([&, work = moments.up_to(moment / 4)] {
                test::spin_for(work);
                source.request_stop();
            });
            bool ready = false, stopped = false, received = false;
            while (!ready || !stopped || !received) // hangs if one is not seen
                fibers::select(fibers::on_ready(ready ? never : result, [&] { ready = true; }),
                               fibers::on_stop(stopped ? fibers::stop_token{} : source.get_token(),
                                               [&] { stopped = true; }),
                               on_receive(numbers, [&](std::optional<int>) { received = true; }));
            EXPECT_EQ(result.get(), 1);
            bringer.join();
            stopper.join();
        }
    });
}

class SelectStopRace : public test::with_workers {};
INSTANTIATE_TEST_SUITE_P(Workers, SelectStopRace, test::worker_counts,
                         testing::PrintToStringParamName());

TEST_P(SelectStopRace, AStoppedSelectHasActedOrNot) {
    run([] {
        test::random_moments moments{9};
        for (int i = 0; i < test::scaled(4'000); ++i) {
            channel<int> in, out;
            auto victim = fibers::spawn([&] {
                bool acted = false;
                const std::error_code how = test::error_of([&] {
                    fibers::select(on_receive(in, [&](std::optional<int>) { acted = true; }),
                                   on_send(out, 1, [&] { acted = true; }));
                });
                EXPECT_NE(acted, how == std::errc::operation_canceled);
                return acted;
            });
            auto stopper = fibers::spawn([&, when = moments.up_to(moment / 4)] {
                test::spin_for(when);
                victim.request_stop();
            });
            fibers::this_fiber::yield();
            test::spin_for(moments.up_to(moment / 4));
            const bool sent = in.try_send(1);
            const bool received = out.try_receive().has_value();
            EXPECT_FALSE(sent && received);
            stopper.join();
            ASSERT_EQ(victim.join(), sent || received);
        }
    });
}

TEST_P(SelectStopRace, ChannelsMayBeDestroyedOnceTheSelectHasReturned) {
    run([] {
        for (int i = 0; i < test::scaled(3'000); ++i) {
            auto a = std::make_unique<channel<int>>(), b = std::make_unique<channel<int>>();
            auto sender = fibers::spawn([&c = i % 2 == 0 ? *a : *b] { c.send(1); });
            fibers::select(on_receive(*a, [](auto) {}), on_receive(*b, [](auto) {}));
            a.reset();
            b.reset();
            sender.join();
        }
    });
}

} // namespace
