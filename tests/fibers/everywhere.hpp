#pragma once

#include <fibers/runtime.hpp>

#include <atomic>
#include <exception>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <thread>
#include <variant>

#include <gtest/gtest.h>

namespace test {

/// Where a case runs. `mixed`: two workers with plain threads beside them.
enum class place { one_worker, two_workers, four_workers, plain_threads, mixed };

/// A fiber or a plain thread beside the case; to be joined.
class task {
  public:
    task() = default;
    explicit task(fibers::fiber<void> fiber) : running_{std::move(fiber)} {}
    /// Calls `body` in a thread.
    explicit task(std::function<void()> body);

    /// Throws what the task has thrown.
    void join();

  private:
    struct thread;
    struct thread_joiner {
        void operator()(thread*) const;
    };

    std::variant<fibers::fiber<void>, std::unique_ptr<thread, thread_joiner>> running_;
};

/// Fixture of the cases that run in every place: TEST_P(Name, Case) { run([&] { … }); }
class everywhere : public testing::TestWithParam<place> {
  protected:
    /// Calls `body` in a fiber, or right here for plain threads.
    void run(const std::function<void()>& body);

    /// Starts `body` beside the caller; where the place is mixed, in fibers and threads by turns
    /// (and in threads when a thread starts it). To be called within run().
    task start(std::function<void()> body);

    /// Gives tasks the time to get to where they block.
    static void settle();

  private:
    std::atomic<unsigned> started_ = 0;
};

/// Fixture of the cases that run with one worker and with several.
class with_workers : public testing::TestWithParam<unsigned> {
  protected:
    template <std::invocable F>
    std::invoke_result_t<F> run(F&& f) {
        return fibers::runtime{{.workers = GetParam()}}.run(std::forward<F>(f));
    }
};

void PrintTo(place, std::ostream*);

/// Name the cases: Everywhere/Mutex.Excludes/OneWorker, Workers/Join.ReturnsTheValue/2.
std::string name_of_place(const testing::TestParamInfo<place>&);

inline const auto every_place = testing::Values(
    place::one_worker, place::two_workers, place::four_workers, place::plain_threads, place::mixed);
inline const auto worker_counts = testing::Values(1U, 2U, 4U);

} // namespace test
