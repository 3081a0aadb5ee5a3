#include <fibers/fiber.hpp>
#include <fibers/runtime.hpp>
#include <fibers/sync/latch.hpp>
#include <fibers/sync/mutex.hpp>
#include <fibers/this_fiber.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;

class MutexWatch : public testing::TestWithParam<unsigned> {
  protected:
    /// What is said on stderr while that runs, in a process that has said nothing before.
    std::string said_during(const std::function<void()>& body) {
        std::array<int, 2> ends;
        EXPECT_EQ(::pipe(ends.data()), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            ::dup2(ends[1], STDERR_FILENO);
            fibers::runtime{{.workers = GetParam()}}.run(body);
            ::_exit(0);
        }
        ::close(ends[1]);
        std::string said;
        std::array<char, 4096> piece;
        for (ssize_t size; (size = ::read(ends[0], piece.data(), piece.size())) > 0;)
            said.append(piece.data(), static_cast<std::size_t>(size));
        ::close(ends[0]);
        int status = -1;
        ::waitpid(child, &status, 0);
        EXPECT_EQ(status, 0) << said;
        return said;
    }
};

INSTANTIATE_TEST_SUITE_P(Workers, MutexWatch, testing::Values(1u, 2u));

std::size_t reports_in(const std::string& text) {
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find("while it holds", at)) != text.npos; ++at)
        ++count;
    return count;
}

[[gnu::noinline]] void sleep_under(std::mutex& mutex) {
    const std::lock_guard guard{mutex};
    fibers::this_fiber::sleep_for(1ms);
}

TEST_P(MutexWatch, NamesAFiberThatSuspendsWithOneAndWhere) {
    std::mutex mutex;
    EXPECT_THAT(
        said_during([&] { fibers::spawn({.name = "guilty"}, [&] { sleep_under(mutex); }).join(); }),
        AllOf(HasSubstr("\"guilty\" suspends while it holds"), HasSubstr("sleep_under")));
}

TEST_P(MutexWatch, SaysItOnceForEachPlace) {
    std::mutex mutex;
    EXPECT_EQ(reports_in(said_during([&] {
                  for (int i = 0; i < 20; ++i)
                      sleep_under(mutex);
              })),
              1u);
}

TEST_P(MutexWatch, SaysNothingWhereItIsUnlockedBefore) {
    std::mutex mutex;
    EXPECT_THAT(said_during([&] {
                    { const std::lock_guard guard{mutex}; }
                    fibers::this_fiber::sleep_for(1ms);
                }),
                testing::Eq(""));
}

TEST_P(MutexWatch, SaysNothingOfAFibersOwnMutex) {
    fibers::mutex mutex;
    EXPECT_THAT(said_during([&] {
                    const std::lock_guard guard{mutex};
                    fibers::this_fiber::sleep_for(1ms);
                }),
                testing::Eq(""));
}

TEST_P(MutexWatch, SaysNothingOfAThreadThatWaitsForAFiber) {
    std::mutex mutex;
    EXPECT_THAT(said_during([&] {
                    fibers::latch done{1};
                    std::thread waits{[&] {
                        const std::lock_guard guard{mutex};
                        done.wait();
                    }};
                    fibers::this_fiber::sleep_for(5ms);
                    done.count_down();
                    waits.join();
                }),
                testing::Eq(""));
}

TEST_P(MutexWatch, DoesNotTakeAnotherFibersMutexForTheCallers) {
    std::mutex mutex;
    const std::string said = said_during([&] {
        fibers::fiber holder = fibers::spawn({.name = "holder"}, [&] {
            const std::lock_guard guard{mutex};
            fibers::this_fiber::sleep_for(20ms);
        });
        for (int i = 0; i < 5; ++i)
            fibers::this_fiber::sleep_for(1ms);
        holder.join();
    });
    EXPECT_EQ(reports_in(said), 1u) << said;
    EXPECT_THAT(said, HasSubstr("\"holder\""));
}

TEST_P(MutexWatch, NamesAFiberThatEndsWithOneAndNobodyAfterIt) {
    std::mutex mutex;
    const std::string said = said_during([&] {
        fibers::spawn({.name = "guilty"}, [&] { mutex.lock(); }).join();
        for (int i = 0; i < 5; ++i)
            fibers::spawn({.name = "innocent"}, [] { fibers::this_fiber::yield(); }).join();
    });
    EXPECT_EQ(reports_in(said), 1u) << said;
    EXPECT_THAT(said, HasSubstr("\"guilty\" ends while it holds"));
}

TEST_P(MutexWatch, KnowsWhoOfSeveralHasUnlockedASharedMutex) {
    std::shared_mutex mutex;
    const std::string said = said_during([&] {
        mutex.lock_shared();
        fibers::fiber other = fibers::spawn({.name = "other"}, [&] {
            const std::shared_lock lock{mutex};
            fibers::this_fiber::sleep_for(20ms);
        });
        fibers::this_fiber::sleep_for(5ms); // reported
        mutex.unlock_shared();
        fibers::this_fiber::sleep_for(5ms); // not reported
        other.join();
    });
    EXPECT_EQ(reports_in(said), 2u) << said;
}

TEST_P(MutexWatch, SeesAYield) {
    std::mutex mutex;
    EXPECT_EQ(reports_in(said_during([&] {
                  const std::lock_guard guard{mutex};
                  fibers::this_fiber::yield();
              })),
              1u);
}

TEST_P(MutexWatch, KnowsEveryKindOfLockForThreads) {
    const auto reports = [this](auto lock, auto unlock) {
        return reports_in(said_during([&] {
            lock();
            fibers::this_fiber::sleep_for(1ms);
            unlock();
            fibers::this_fiber::sleep_for(1ms);
        }));
    };
    std::mutex plain;
    std::timed_mutex timed;
    std::recursive_mutex recursive;
    std::shared_mutex shared;
    std::shared_timed_mutex shared_timed;
    EXPECT_EQ(reports([&] { ASSERT_TRUE(plain.try_lock()); }, [&] { plain.unlock(); }), 1u);
    EXPECT_EQ(reports([&] { ASSERT_TRUE(timed.try_lock_for(1s)); }, [&] { timed.unlock(); }), 1u);
    EXPECT_EQ(reports([&] { shared.lock(); }, [&] { shared.unlock(); }), 1u);
    EXPECT_EQ(reports([&] { ASSERT_TRUE(shared.try_lock()); }, [&] { shared.unlock(); }), 1u);
    EXPECT_EQ(reports([&] { shared.lock_shared(); }, [&] { shared.unlock_shared(); }), 1u);
    EXPECT_EQ(reports([&] { ASSERT_TRUE(shared_timed.try_lock_for(1s)); },
                      [&] { shared_timed.unlock(); }),
              1u);
    EXPECT_EQ(reports([&] { ASSERT_TRUE(shared_timed.try_lock_shared_for(1s)); },
                      [&] { shared_timed.unlock_shared(); }),
              1u);
    EXPECT_EQ(reports(
                  [&] {
                      recursive.lock();
                      recursive.lock();
                      recursive.unlock();
                  },
                  [&] { recursive.unlock(); }),
              1u);
}

} // namespace
