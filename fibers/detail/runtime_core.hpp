#pragma once

#include <fibers/detail/blocking_pool.hpp>
#include <fibers/detail/deadlock_watch.hpp>
#include <fibers/detail/fiber_record.hpp>
#include <fibers/detail/fresh_queue.hpp>
#include <fibers/detail/reception.hpp>
#include <fibers/detail/short_lock.hpp>
#include <fibers/runtime_options.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace fibers::detail {

class worker;

/// What the workers of one runtime share.
///
/// | phase   | meaning                                             | leaves by          |
/// |---------|-----------------------------------------------------|--------------------|
/// | idle    | made; fibers may be spawned, none runs              | run → running      |
/// | running | workers run fibers                                  | body ends → ending |
/// | ending  | every fiber is asked to stop, the last are awaited  | none left → over   |
/// | over    | spawn fails                                         | –                  |
class runtime_core {
  public:
    explicit runtime_core(runtime_options);
    ~runtime_core();
    runtime_core(const runtime_core&) = delete;
    runtime_core& operator=(const runtime_core&) = delete;

    /// Makes the calling thread worker 0 and calls body(argument) there, as the main fiber, with
    /// the other workers beside it. Returns when no fiber is left. Throws what `body` throws, and
    /// std::system_error where a worker cannot be made.
    void run(void (*body)(void*), void* argument);

    /// Queues a new fiber, from any thread. False: the runtime is over.
    bool spawn(fiber_record&) noexcept;

    const runtime_options& options() const noexcept { return options_; }
    /// Calls f(worker) for each, from any thread. Nothing happens where it does not run.
    template <class F>
    void for_each_worker(F f) {
        const std::lock_guard guard{workers_lock_};
        for (const auto& w : workers_)
            f(*w);
    }
    /// f(worker) for that one.
    template <class F>
    void for_worker(unsigned index, F f) {
        const std::lock_guard guard{workers_lock_};
        if (index < workers_.size())
            f(*workers_[index]);
    }
    /// One more or fewer thread in the process that looks on, and wakes no fiber but those that ask.
    void note_onlooker(int more) noexcept { onlookers_.fetch_add(static_cast<unsigned>(more)); }
    unsigned onlookers() const noexcept { return onlookers_.load(); }

    /// Fibers that have been spawned by others than its fibers, and those that have not begun yet.
    std::uint64_t spawned_outside() const noexcept { return spawned_outside_.load(); }
    std::size_t fresh_outside() const noexcept { return outside_.size(); }

    bool ending() const noexcept { return phase_.load(std::memory_order_seq_cst) >= phase::ending; }

    /// For calls of its fibers that would block a worker.
    blocking_pool& blocking_threads() noexcept { return blocking_threads_; }

    // What the workers call.

    unsigned worker_count() const noexcept { return options_.workers; }
    /// Each one of its own, so that one which spins does not hold up another.
    bool workers_have_processors() const noexcept { return workers_have_processors_; }
    const std::vector<std::unique_ptr<worker>>& workers() const noexcept { return workers_; }
    deadlock_watch& deadlocks() noexcept { return deadlocks_; }
    /// Of a worker that is there or may come.
    reception& reception_of(unsigned index) noexcept { return receptions_[index]; }
    worker& least_loaded_worker() noexcept;
    /// There is a new fiber that an idle worker could take.
    void invite_thief() noexcept {
        if (sleepers_.load(std::memory_order_seq_cst) > 0)
            wake_thief();
    }
    /// Fills the worker's own queue with new fibers from outside and from other workers. False:
    /// there are none.
    bool find_work_for(worker&) noexcept;
    bool take_outside_work(worker&) noexcept;
    bool work_exists() const noexcept;
    void note_sleeping() noexcept;
    void note_awake() noexcept;
    /// A fiber has ended while the runtime is ending.
    void note_finish() noexcept;

  private:
    friend class debugger_layout;

    enum class phase : std::uint8_t { idle, running, ending, over };

    void begin_run();
    void start_other_workers();
    void run_other_worker(unsigned index) noexcept;
    void await_last_fiber() noexcept;
    bool close_if_empty() noexcept;
    void stop_other_workers() noexcept;
    bool fibers_left() const noexcept;
    bool steal_for(worker& thief) noexcept;
    void wake_thief() noexcept;

    const runtime_options options_;
    const bool workers_have_processors_;
    std::atomic<phase> phase_{phase::idle};

    // Workers exist while the runtime runs. Other threads look at them under the lock; the workers
    // themselves need none, since the vector does not change while they run.
    short_lock workers_lock_;
    std::vector<std::unique_ptr<worker>> workers_;
    std::vector<std::thread> threads_;

    const std::unique_ptr<reception[]> receptions_; // one for each worker
    blocking_pool blocking_threads_;
    deadlock_watch deadlocks_;

    std::atomic<std::uint64_t> spawned_outside_{0};
    fresh_queue outside_{true}; // spawned by other threads than the workers

    runtime_core* next_for_debugger_ = nullptr;
    std::atomic<unsigned> onlookers_{0};
    std::atomic<std::uint32_t> sleepers_{0};
    std::atomic<bool> thief_on_its_way_{false};
};

} // namespace fibers::detail
