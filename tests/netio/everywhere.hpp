#pragma once

#include <fibers/fiber.hpp>

#include <atomic>
#include <functional>
#include <future>
#include <iosfwd>
#include <variant>

#include <gtest/gtest.h>

namespace test {

/// Where a case runs: in fibers, or in plain threads that know no runtime.
enum class place { one_worker, several_workers, plain_threads };

/// A fiber or a plain thread beside the case.
class task {
  public:
    task() = default;
    explicit task(fibers::fiber<void> fiber) : running_{std::move(fiber)} {}
    explicit task(std::future<void> thread) : running_{std::move(thread)} {}

    /// Throws what the task has thrown.
    void join();

    /// For fibers only.
    void request_stop();

  private:
    std::variant<fibers::fiber<void>, std::future<void>> running_;
};

/// Fixture of the cases that run in every place: TEST_P(name, Case) { run([&] { … }); }
class everywhere : public testing::TestWithParam<place> {
  protected:
    /// Calls `body` in a fiber, or right here for plain threads.
    void run(const std::function<void()>& body);

    /// Starts `body` beside the caller. To be called within run().
    task start(std::function<void()> body);

    /// Gives tasks the time to get to where they block.
    void settle();

  private:
    std::atomic<int> not_begun_ = 0;
};

/// Names the cases: Everywhere/TcpStream.Reads/OneWorker.
void PrintTo(place, std::ostream*);

inline const auto every_place =
    testing::Values(place::one_worker, place::several_workers, place::plain_threads);

/// For what plain threads don't have: a stop.
inline const auto fibers_only = testing::Values(place::one_worker, place::several_workers);

} // namespace test
