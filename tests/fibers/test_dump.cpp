#include <fibers/dump.hpp>

#include <fibers/blocking.hpp>
#include <fibers/runtime.hpp>
#include <fibers/scope.hpp>
#include <fibers/sync/channel.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>
#include <fibers/timeout.hpp>

#include <tests/fibers/errors.hpp>
#include <tests/fibers/sanitizers.hpp>

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using fibers::dump_fibers;
using fibers::fiber_dump;
using fibers::fiber_report;
using fibers::fiber_state;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

#if defined(__x86_64__)
constexpr bool has_stacks = true;
#else
constexpr bool has_stacks = false;
#endif

const fiber_report* find(const fiber_dump& dump, const std::string& name) {
    const auto found = std::find_if(dump.fibers.begin(), dump.fibers.end(),
                                    [&](const fiber_report& f) { return f.name == name; });
    return found == dump.fibers.end() ? nullptr : &*found;
}

/// Looks until that fiber waits, for ten seconds.
fiber_dump dump_when_parked(fibers::runtime& runtime, const std::string& name) {
    const auto end = std::chrono::steady_clock::now() + 10s;
    for (;;) {
        fiber_dump dump = dump_fibers(runtime);
        const fiber_report* const fiber = find(dump, name);
        if ((fiber && fiber->state == fiber_state::parked) ||
            std::chrono::steady_clock::now() > end)
            return dump;
        fibers::this_fiber::sleep_for(1ms);
    }
}

[[gnu::noinline]] void innermost_of_the_test(fibers::mutex& mutex) {
    const std::lock_guard lock{mutex};
    asm volatile("" ::: "memory"); // no tail call
}

[[gnu::noinline]] void middle_of_the_test(fibers::mutex& mutex, int depth) {
    if (depth > 0)
        middle_of_the_test(mutex, depth - 1);
    else
        innermost_of_the_test(mutex);
    asm volatile("" ::: "memory");
}

[[gnu::noinline]] void compute_in_the_test(std::atomic<bool>& holds,
                                           const std::atomic<bool>& go_on) {
    holds = true;
    while (!go_on) {
    }
    asm volatile("" ::: "memory");
}

class Dump : public testing::TestWithParam<unsigned> {
  protected:
    fibers::runtime runtime{{.workers = GetParam(), .name = "dumped"}};
};

INSTANTIATE_TEST_SUITE_P(Workers, Dump, testing::Values(1u, 2u, 4u));

TEST_P(Dump, SaysWhatAFiberWaitsForAndWhere) {
    runtime.run([&] {
        fibers::mutex mutex;
        std::unique_lock lock{mutex};
        auto waiting = fibers::spawn({.name = "waiting"}, [&] { middle_of_the_test(mutex, 3); });
        const fiber_dump dump = dump_when_parked(runtime, "waiting");
        EXPECT_EQ(dump.name, "dumped");
        EXPECT_EQ(dump.workers.size(), GetParam());
        const fiber_report* const fiber = find(dump, "waiting");
        ASSERT_TRUE(fiber);
        EXPECT_EQ(fiber->id, waiting.get_id());
        EXPECT_EQ(fiber->state, fiber_state::parked);
        EXPECT_THAT(fiber->waits_for, StartsWith("a mutex (0x"));
        EXPECT_FALSE(fiber->deadline);
        EXPECT_GE(fiber->for_time, 0s);
        EXPECT_LT(fiber->for_time, 20s);
        if (has_stacks) {
            EXPECT_THAT(fiber->stack, Contains(HasSubstr("innermost_of_the_test")));
            EXPECT_THAT(fiber->stack, Contains(HasSubstr("middle_of_the_test")).Times(4));
            EXPECT_THAT(fiber->stack, Not(Contains(HasSubstr("fibers::detail::worker"))));
        }
        lock.unlock();
        waiting.join();
    });
}

TEST_P(Dump, SaysWhoseEndIsAwaited) {
    runtime.run([&] {
        auto slow = fibers::spawn({.name = "slow"}, [] { fibers::this_fiber::sleep_for(1h); });
        auto patient = fibers::spawn({.name = "patient"}, [&] { slow.join(); });
        const fiber_dump dump = dump_when_parked(runtime, "patient");
        const fiber_report* const fiber = find(dump, "patient");
        ASSERT_TRUE(fiber);
        EXPECT_THAT(fiber->waits_for,
                    AllOf(StartsWith("the end of fiber 0x"), HasSubstr("\"slow\"")));
        slow.request_stop();
        EXPECT_EQ(test::error_of([&] { patient.join(); }), std::errc::operation_canceled);
    });
}

TEST_P(Dump, SaysHowMuchTimeIsLeft) {
    runtime.run([&] {
        fibers::channel<int> empty;
        auto bounded = fibers::spawn({.name = "bounded"}, [&] {
            const fibers::timeout_scope limit{1h};
            EXPECT_FALSE(empty.receive());
        });
        const fiber_dump dump = dump_when_parked(runtime, "bounded");
        const fiber_report* const fiber = find(dump, "bounded");
        ASSERT_TRUE(fiber && fiber->deadline);
        EXPECT_GT(*fiber->deadline, 59min);
        EXPECT_LE(*fiber->deadline, 1h + 20ms) << "what is far away may be a tick later";
        empty.close();
        bounded.join();
    });
}

TEST_P(Dump, HasTheMainFiberAndWhoAsks) {
    runtime.run([&] {
        auto asking = fibers::spawn({.name = "asking"}, [&] {
            const fiber_dump dump = dump_fibers();
            const fiber_report* const main = find(dump, "main");
            ASSERT_TRUE(main);
            EXPECT_THAT(main->waits_for, HasSubstr("\"asking\""));
            const fiber_report* const self = find(dump, "asking");
            ASSERT_TRUE(self);
            EXPECT_EQ(self->state, fiber_state::running);
            if (has_stacks) {
                EXPECT_THAT(self->stack, Contains(HasSubstr("fibers::dump_fibers")));
            }
        });
        asking.join();
    });
}

TEST_P(Dump, LooksAtMoreFibersThanAtOneVisit) {
    runtime.run([&] {
        fibers::scope all;
        for (int i = 0; i < 300; ++i)
            all.spawn([] { fibers::this_fiber::sleep_for(1h); });
        fiber_dump dump;
        for (int i = 0; i < 1000 && dump.fibers.size() < 301; ++i) {
            dump = dump_fibers({.stacks = false});
            fibers::this_fiber::sleep_for(1ms);
        }
        EXPECT_EQ(dump.fibers.size(), 301u);
        const fiber_dump few = dump_fibers({.stacks = false, .most_fibers = 10});
        EXPECT_EQ(few.fibers.size(), 10u);
        EXPECT_EQ(few.left_out, 291u);
        all.request_stop();
    });
}

TEST_P(Dump, OfARuntimeThatDoesNotRunHasNothing) {
    EXPECT_TRUE(dump_fibers(runtime).workers.empty());
    EXPECT_TRUE(dump_fibers(runtime).fibers.empty());
    runtime.run([] {});
    EXPECT_TRUE(dump_fibers(runtime).workers.empty());
}

TEST_P(Dump, NamesTheFiberThatHoldsAWorker) {
    if (test::under_tsan)
        GTEST_SKIP() << "ThreadSanitizer keeps signals back while code computes";
    std::atomic<bool> holds = false, go_on = false;
    fiber_dump dump;
    std::thread looks{[&] {
        while (!holds)
            std::this_thread::yield();
        for (int i = 0; i < 100 && !find(dump, "holder"); ++i)
            dump = dump_fibers(runtime);
        go_on = true;
    }};
    runtime.run([&] {
        fibers::spawn({.name = "holder"}, [&] { compute_in_the_test(holds, go_on); }).join();
    });
    looks.join();
    const fiber_report* const holder = find(dump, "holder");
    ASSERT_TRUE(holder);
    EXPECT_EQ(holder->state, fiber_state::running);
    EXPECT_THAT(holder->stack, Contains(HasSubstr("compute_in_the_test")));
    EXPECT_TRUE(dump.workers[holder->worker].held);
    EXPECT_EQ(dump.workers[holder->worker].system_call, "");
    EXPECT_THAT(to_text(dump), HasSubstr("a fiber holds it, computing"));
}

TEST_P(Dump, NamesTheSystemCallInWhichAFiberHoldsAWorker) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    std::atomic<bool> holds = false;
    fiber_dump dump;
    std::thread looks{[&] {
        while (!holds)
            std::this_thread::yield();
        for (int i = 0; i < 100 && !(find(dump, "reader") &&
                                     to_text(dump).find("read(2)") != std::string::npos);
             ++i)
            dump = dump_fibers(runtime);
        EXPECT_EQ(::write(ends[1], "x", 1), 1);
    }};
    runtime.run([&] {
        fibers::spawn({.name = "reader"}, [&] {
            holds = true;
            char byte = 0;
            EXPECT_EQ(::read(ends[0], &byte, 1), 1) << "it is restarted";
        }).join();
    });
    looks.join();
    ::close(ends[0]);
    ::close(ends[1]);
    const fiber_report* const reader = find(dump, "reader");
    ASSERT_TRUE(reader);
    EXPECT_EQ(dump.workers[reader->worker].system_call, "read(2)");
    EXPECT_THAT(to_text(dump), HasSubstr("a fiber holds it, in read(2)"));
}

TEST_P(Dump, MayBeTakenByManyWhileFibersComeAndGoUntilTheEnd) {
    std::atomic<bool> over = false;
    std::atomic<unsigned> seen = 0;
    std::vector<std::thread> lookers;
    for (int i = 0; i < 2; ++i)
        lookers.emplace_back([&] {
            while (!over)
                seen += dump_fibers(runtime).fibers.size() > 1;
        });
    runtime.run([&] {
        const auto least = std::chrono::steady_clock::now() + 50ms, most = least + 10s;
        for (auto now = least - 50ms; now < least || (seen == 0 && now < most);
             now = std::chrono::steady_clock::now()) {
            fibers::mutex mutex;
            fibers::scope some;
            for (int i = 0; i < 10; ++i)
                some.spawn({.name = "some"}, [&] {
                    middle_of_the_test(mutex, 2);
                    fibers::this_fiber::sleep_for(10us);
                });
            some.join();
        }
    });
    over = true;
    for (std::thread& looker : lookers)
        looker.join();
    EXPECT_GT(seen, 0u);
}

TEST_P(Dump, TakesNothingOfASmallStack) {
    fibers::runtime small{
        {.workers = GetParam(), .stack_size = test::under_sanitizer ? 64 * 1024u : 8 * 1024u}};
    small.run([&] {
        fibers::mutex mutex;
        std::unique_lock lock{mutex};
        auto waiting = fibers::spawn({.name = "waiting"}, [&] { middle_of_the_test(mutex, 1); });
        const fiber_dump dump = dump_when_parked(small, "waiting");
        EXPECT_TRUE(find(dump, "waiting"));
        lock.unlock();
        waiting.join();
    });
}

TEST(DumpText, PutsFibersWithTheSameStackTogether) {
    fiber_dump dump;
    dump.name = "weft";
    dump.workers.push_back({.thread = 7, .fibers = 3});
    const auto id = [](std::uintptr_t n) { return fibers::fiber_id(reinterpret_cast<void*>(n)); };
    dump.fibers.push_back({.id = id(1),
                           .name = "a",
                           .waits_for = "a mutex (0x5)",
                           .for_time = 1500ms,
                           .stack = {"f+0x1", "g+0x2"}});
    dump.fibers.push_back({.id = id(2), .state = fiber_state::ready, .stack = {"h+0x1"}});
    dump.fibers.push_back({.id = id(3),
                           .waits_for = "a moment",
                           .for_time = 2s,
                           .deadline = 3s,
                           .stack = {"f+0x1", "g+0x2"}});
    EXPECT_EQ(to_text(dump), R"(runtime "weft": 1 workers, 0 fibers yet to begin
worker 0 (thread 7): 3 fibers

fiber 0x1 "a", worker 0: waits for a mutex (0x5), for 1.50 s
fiber 0x3, worker 0: waits for a moment, for 2.00 s, until 3.00 s from now
    f+0x1
    g+0x2

fiber 0x2, worker 0: can go on
    h+0x1
)");
}

} // namespace
