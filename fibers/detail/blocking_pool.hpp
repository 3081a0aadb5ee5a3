#pragma once

#include <fibers/detail/interruption.hpp>
#include <fibers/detail/short_lock.hpp>
#include <fibers/detail/thread_setup.hpp>
#include <fibers/detail/wait_queue.hpp>
#include <fibers/metrics.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace fibers::detail {

/// Threads for calls that would block a worker. A call that finds no thread free makes another one,
/// up to a limit; then calls queue. A thread that has been at rest for long ends.
///
/// At most one thread at a time is said to be coming: it has been woken or is being made, it has just
/// finished a call, or it looks out for some microseconds before it rests, since to wake it would
/// take as long. When it takes a call and there are more, it sends for the next thread first. So many
/// short calls at once wake few threads, and calls that really block soon have one each. Those that
/// rest are woken newest first, so that the others can end.
class blocking_pool {
  public:
    /// Makes no thread yet. They are called `name blocking/0` …, and may run where the calling
    /// thread may.
    blocking_pool(const std::string& name, unsigned most_threads,
                  std::chrono::nanoseconds longest_rest);
    blocking_pool(const blocking_pool&) = delete;
    blocking_pool& operator=(const blocking_pool&) = delete;

    /// Ends the threads. Nobody may be in call(), nor come there any more.
    void end() noexcept;

    /// Calls function(argument) in a thread, for the calling fiber. Throws what that throws, and
    /// what fibers::blocking() says.
    void call(void (*function)(void*), void* argument);

    /// How many threads there are, if none has anything to do.
    std::optional<unsigned> threads_at_rest() noexcept;

    blocking_metrics metrics() noexcept;

  private:
    struct job;

    /// A thread that has been called, and how to bring it: nobody, one at rest, or a new one.
    struct reinforcement {
        agent* resting = nullptr;
        std::optional<unsigned> slot;
    };

    void submit(job&) noexcept;
    outcome await(job&, interruption) noexcept;
    bool withdraw(job&) noexcept;

    void push(job&) noexcept;
    void unlink(job&) noexcept;

    reinforcement call_thread() noexcept;
    void bring(reinforcement) noexcept;
    void start_thread(unsigned slot) noexcept;
    void give_up(unsigned slot, const std::exception_ptr& why) noexcept;

    // What the threads do.
    void serve(unsigned slot) noexcept;
    static void run(job&) noexcept;
    static bool conclude(job&) noexcept;
    bool finish(job&) noexcept;
    job* next_job(unsigned slot, bool coming) noexcept;
    bool looking_out_pays() noexcept;
    void look_out(std::unique_lock<short_lock>&) noexcept;
    bool rest(std::unique_lock<short_lock>&) noexcept;
    bool retire(std::unique_lock<short_lock>&, unsigned slot) noexcept;

    const std::string name_;
    const std::chrono::nanoseconds longest_rest_;
    const placement where_;
    const bool may_look_out_; // not where it would take the only processor

    short_lock lock_; // guards what follows, and the state of the jobs
    job* first_ = nullptr;
    job* last_ = nullptr;
    std::atomic<unsigned> queued_{0};   // looked at without the lock by who looks out
    bool coming_ = false;               // a thread is
    unsigned to_pass_ = 0, passes_ = 1; // occasions to look out: still, and last time
    bool ending_ = false;
    wait_queue resting_;
    unsigned at_rest_ = 0; // in resting_, and not woken yet
    unsigned threads_ = 0;
    unsigned busy_ = 0;                             // with a call
    std::uint64_t done_ = 0;                        // calls
    std::vector<std::optional<std::thread>> slots_; // none: free; not joinable: being made
    std::thread retired_; // ended by itself; the next one that does joins it
};

} // namespace fibers::detail
