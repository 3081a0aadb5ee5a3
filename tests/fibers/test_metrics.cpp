#include <fibers/metrics.hpp>

#include <fibers/blocking.hpp>
#include <fibers/readiness.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/channel.hpp>
#include <fibers/sync/event.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <tests/fibers/descriptors.hpp>
#include <tests/fibers/errors.hpp>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using fibers::collect_metrics;
using fibers::delay_histogram;
using fibers::runtime_metrics;

/// Asks until that holds, for ten seconds.
template <class Condition>
runtime_metrics metrics_when(fibers::runtime& runtime, Condition holds) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    for (;;) {
        runtime_metrics now = collect_metrics(runtime);
        if (holds(now) || std::chrono::steady_clock::now() > end)
            return now;
        fibers::this_fiber::sleep_for(1ms);
    }
}

std::size_t waiting_for(const runtime_metrics& metrics, const std::string& what) {
    const auto found = metrics.total.parked.find(what);
    return found == metrics.total.parked.end() ? 0 : found->second;
}

std::size_t parked_in(const runtime_metrics& metrics) {
    std::size_t all = 0;
    for (const auto& [what, fibers] : metrics.total.parked)
        all += fibers;
    return all;
}

class Metrics : public testing::TestWithParam<unsigned> {
  protected:
    fibers::runtime runtime{{.workers = GetParam(), .name = "metrics"}};
};

INSTANTIATE_TEST_SUITE_P(Workers, Metrics, testing::Values(1u, 2u, 4u));

TEST_P(Metrics, SayWhatFibersWaitFor) {
    runtime.run([&] {
        fibers::mutex mutex;
        fibers::channel<int> channel;
        fibers::scope all;
        std::unique_lock lock{mutex};
        for (int i = 0; i < 3; ++i)
            all.spawn([&] { const std::lock_guard turn{mutex}; });
        for (int i = 0; i < 2; ++i)
            all.spawn([] { fibers::this_fiber::sleep_for(1h); });
        all.spawn([&] { EXPECT_TRUE(channel.receive()); });
        const auto metrics = metrics_when(runtime, [](const auto& m) { return parked_in(m) == 6; });
        EXPECT_EQ(waiting_for(metrics, "a mutex"), 3u);
        EXPECT_EQ(waiting_for(metrics, "a moment"), 2u);
        EXPECT_EQ(metrics.total.running, 1u) << "who asks";
        EXPECT_EQ(metrics.alive, 6u);
        EXPECT_EQ(parked_in(metrics), 6u);
        lock.unlock();
        channel.send(1);
        all.request_stop();
        all.join();
    });
}

TEST_P(Metrics, CountWhatHasHappened) {
    runtime.run([&] {
        constexpr unsigned spawned = 1000;
        for (unsigned i = 0; i < spawned; ++i)
            fibers::spawn([] { fibers::this_fiber::yield(); }).join();
        const auto metrics =
            metrics_when(runtime, [](const auto& m) { return m.total.ended == spawned; });
        EXPECT_EQ(metrics.name, "metrics");
        EXPECT_EQ(metrics.workers.size(), GetParam());
        EXPECT_EQ(metrics.total.spawned, spawned);
        EXPECT_EQ(metrics.total.begun, spawned);
        EXPECT_EQ(metrics.total.ended, spawned);
        EXPECT_EQ(metrics.alive, 0u);
        EXPECT_EQ(metrics.total.fresh, 0u);
        EXPECT_EQ(metrics.total.stacks_in_use, 0u);
        EXPECT_GT(metrics.total.stacks_idle, 0u);
        EXPECT_GE(metrics.total.switches, 2 * spawned);
        EXPECT_GT(metrics.total.cpu_time, 0ns);
    });
}

TEST_P(Metrics, CountSleepsAndPolls) {
    runtime.run([&] {
        const auto before = collect_metrics();
        for (int i = 0; i < 10; ++i)
            fibers::this_fiber::sleep_for(1ms);
        const auto after = collect_metrics();
        EXPECT_GE(after.total.sleeps, before.total.sleeps + 10);
        EXPECT_GE(after.total.polls, before.total.polls + 10);
    });
}

TEST_P(Metrics, SampleHowLongReadyFibersWait) {
    runtime.run([&] {
        fibers::scope all;
        for (int i = 0; i < 10; ++i)
            all.spawn([] {
                const auto end = std::chrono::steady_clock::now() + 50ms;
                while (std::chrono::steady_clock::now() < end)
                    fibers::this_fiber::yield();
            });
        all.join();
        const delay_histogram delays = collect_metrics().total.queue_delay;
        EXPECT_GT(delays.count(), 0u);
        EXPECT_GT(delays.sum, 0ns);
    });
}

TEST_P(Metrics, CountDescriptorsThatAreWaitedFor) {
    runtime.run([&] {
        const auto pipe = test::nonblocking_pipe();
        fibers::readiness ready{pipe.reader.handle()};
        auto reader = fibers::spawn([&] {
            while (!ready.wait(fibers::direction::read)) {
            }
        });
        const auto metrics = metrics_when(runtime, [](const auto& m) {
            return waiting_for(m, "a descriptor to be readable") == 1;
        });
        EXPECT_EQ(metrics.total.descriptors, 1u);
        EXPECT_EQ(waiting_for(metrics, "a descriptor to be readable"), 1u);
    });
}

TEST_P(Metrics, CountBlockingCalls) {
    runtime.run([&] {
        EXPECT_EQ(collect_metrics().blocking.threads, 0u);
        std::atomic<bool> go_on = false;
        auto caller = fibers::spawn([&] { fibers::blocking([&] { go_on.wait(false); }); });
        auto metrics = metrics_when(runtime, [](const auto& m) { return m.blocking.busy == 1; });
        EXPECT_EQ(metrics.blocking.busy, 1u);
        EXPECT_EQ(metrics.blocking.threads, 1u);
        EXPECT_EQ(metrics.blocking.done, 0u);
        go_on = true;
        go_on.notify_one();
        caller.join();
        metrics = collect_metrics();
        EXPECT_EQ(metrics.blocking.busy, 0u);
        EXPECT_EQ(metrics.blocking.done, 1u);
    });
}

TEST_P(Metrics, AreThereForPlainThreadsTooAndWhenItDoesNotRun) {
    EXPECT_TRUE(collect_metrics(runtime).workers.empty());
    fibers::manual_reset_event running;
    std::thread asker{[&] {
        running.wait();
        const auto metrics = metrics_when(runtime, [](const auto& m) { return m.total.counted; });
        EXPECT_EQ(metrics.workers.size(), GetParam());
        EXPECT_TRUE(metrics.total.counted);
    }};
    runtime.run([&] {
        running.set();
        fibers::blocking([&] { asker.join(); });
    });
    EXPECT_TRUE(collect_metrics(runtime).workers.empty());
}

TEST_P(Metrics, MayBeAskedForByManyWhileFibersComeAndGoUntilTheEnd) {
    std::atomic<bool> over = false;
    std::atomic<unsigned> asked = 0;
    std::vector<std::thread> askers;
    for (int i = 0; i < 2; ++i)
        askers.emplace_back([&] {
            while (!over) {
                const auto metrics = collect_metrics(runtime);
                EXPECT_LE(metrics.total.ended, metrics.total.spawned);
                asked += metrics.total.counted;
            }
        });
    runtime.run([&] {
        const auto least = std::chrono::steady_clock::now() + 50ms, most = least + 10s;
        for (auto now = least - 50ms; now < least || (asked == 0 && now < most);
             now = std::chrono::steady_clock::now()) {
            fibers::scope some;
            for (int i = 0; i < 20; ++i)
                some.spawn([] { fibers::this_fiber::sleep_for(10us); });
            collect_metrics();
            some.join();
        }
    });
    over = true;
    for (std::thread& asker : askers)
        asker.join();
    EXPECT_GT(asked, 0u);
}

TEST(MetricsOfSeveralWorkers, SayWhichWorkerAFiberHolds) {
    fibers::runtime runtime{{.workers = 2}};
    runtime.run([&] {
        std::atomic<bool> holds = false, go_on = false;
        auto holder = fibers::spawn([&] {
            holds = true;
            go_on.wait(false); // as a thread would
        });
        std::thread asker{[&] {
            while (!holds)
                std::this_thread::yield();
            const auto metrics = metrics_when(runtime, [](const auto& m) {
                return m.workers[0].counted != m.workers[1].counted;
            });
            EXPECT_FALSE(metrics.total.counted);
            EXPECT_NE(metrics.workers[0].counted, metrics.workers[1].counted);
            go_on = true;
            go_on.notify_one();
        }};
        while (!holds || !go_on)
            fibers::this_fiber::sleep_for(1ms);
        asker.join();
        holder.join();
    });
}

TEST(MetricsOfSeveralWorkers, CountWhatIsStolen) {
    fibers::runtime runtime{{.workers = 2}};
    runtime.run([&] {
        std::atomic<int> begun = 0;
        fibers::scope all;
        for (int i = 0; i < 4; ++i)
            all.spawn([&] { ++begun; });
        while (begun == 0) { // as a fiber that computes
        }
        all.join();
        EXPECT_GT(collect_metrics().total.stolen, 0u);
    });
}

TEST(MetricsHere, AreThoseOfTheCallingFibersRuntime) {
    EXPECT_EQ(test::error_of([] { collect_metrics(); }), std::errc::operation_not_permitted);
}

TEST(DelayHistogram, HasEachDelayInTheFirstBucketThatIsLargeEnough) {
    EXPECT_EQ(delay_histogram::bucket_of(0ns), 0u);
    EXPECT_EQ(delay_histogram::bucket_of(1us), 0u);
    EXPECT_EQ(delay_histogram::bucket_of(1001ns), 1u);
    EXPECT_EQ(delay_histogram::bucket_of(4us), 1u);
    EXPECT_EQ(delay_histogram::bucket_of(1s), 10u);
    EXPECT_EQ(delay_histogram::bucket_of(1h), 11u);
}

} // namespace
