#include <fibers/detail/runtime_core.hpp>

#include <fibers/detail/cpu_relax.hpp>
#include <fibers/detail/debugger_layout.hpp>
#include <fibers/detail/overflow_report.hpp>
#include <fibers/detail/parking.hpp>
#include <fibers/detail/thread_setup.hpp>
#include <fibers/detail/watchdog.hpp>
#include <fibers/detail/worker.hpp>

#include <algorithm>
#include <exception>
#include <mutex>
#include <set>
#include <system_error>
#include <utility>

namespace fibers::detail {

namespace {

constexpr unsigned max_workers = 1024;
constexpr std::size_t min_stack_size = 8 * 1024, max_stack_size = std::size_t{1} << 30;
constexpr std::chrono::seconds longest_rest{10}; // of a thread for blocking calls
// In pauses: some hundred microseconds, as long as a sleeping thread takes to wake, and some.
constexpr int patience_with_few = 4'000, patience_with_many = 100;

/// The fiber that is a thread's own stack.
class root_record final : public fiber_record {
  public:
    root_record() : fiber_record(runtime_only, fiber_name()) {}
    void run() noexcept override {}
    void abandon(std::exception_ptr) noexcept override {}
};

[[noreturn]] void refuse(const char* why) {
    throw std::system_error(std::make_error_code(std::errc::operation_not_permitted), why);
}

/// Whether the victim, which has new fibers, does not turn to any for a while. False also where the
/// thief gets something to do meanwhile.
bool stays_put(worker& victim, const worker& thief, int patience) noexcept {
    const std::uint64_t picks = victim.picks();
    for (; patience > 0; --patience) {
        if (victim.picks() != picks || victim.fresh().size() == 0 || thief.has_mail())
            return false;
        cpu_relax();
    }
    return true;
}

std::size_t processors_for(const runtime_options& options) {
    if (options.cpus.empty())
        return available_processors();
    return std::set(options.cpus.begin(), options.cpus.end()).size();
}

runtime_options checked(runtime_options options) {
    const auto require = [](bool holds, const std::string& what) {
        if (!holds)
            throw std::system_error(std::make_error_code(std::errc::invalid_argument),
                                    "fibers::runtime_options: " + what);
    };
    if (options.workers == 0)
        options.workers = available_processors();
    require(options.workers <= max_workers,
            std::to_string(options.workers) + " workers; at most " + std::to_string(max_workers));
    require(options.stack_size >= min_stack_size && options.stack_size <= max_stack_size,
            "stack_size is " + std::to_string(options.stack_size) + " bytes; at least " +
                std::to_string(min_stack_size) + ", at most " + std::to_string(max_stack_size));
    require(options.blocking_threads > 0, "blocking_threads is 0");
    require(options.watchdog.count() >= 0, "watchdog is negative");
    require(options.busy_poll.count() >= 0, "busy_poll is negative");
    for (const int cpu : options.cpus)
        require(may_run_on(cpu), "cpus: no processor " + std::to_string(cpu) + " for this process");
    return options;
}

} // namespace

runtime_core::runtime_core(runtime_options options)
    : options_(checked(std::move(options)))
    , workers_have_processors_(processors_for(options_) >= options_.workers)
    , receptions_(new reception[options_.workers])
    , blocking_threads_(options_.name, options_.blocking_threads, longest_rest)
    , deadlocks_(*this, options_.on_deadlock) {
    debugger_layout::enlist(*this);
}

runtime_core::~runtime_core() {
    debugger_layout::strike_off(*this);
    // Spawned for a run that never came.
    while (fiber_record* const fiber = outside_.pop_oldest()) {
        fiber->abandon_queued();
        fiber->release();
    }
}

// ---- a run, from beginning to end

void runtime_core::run(void (*body)(void*), void* argument) {
    if (this_worker)
        refuse("fibers::run: this thread runs fibers already; use spawn");
    begin_run();

    root_record root;
    const overflow_report_on_this_thread overflow_report;
    const watchdog watching{*this, options_.watchdog};
    const affinity_scope affinity{options_.cpus, 0};
    std::exception_ptr failure;
    try {
        start_other_workers();
        workers_.front()->attach(root);
        body(argument);
    } catch (...) {
        failure = std::current_exception();
    }
    if (this_worker) {
        root.end_locals();
        phase_.store(phase::ending);
        for (const auto& w : workers_)
            w->request_stop_of_all();
        do
            await_last_fiber();
        while (!close_if_empty());
        this_worker->detach();
    }
    stop_other_workers();
    if (failure)
        std::rethrow_exception(std::exchange(failure, nullptr));
}

void runtime_core::begin_run() {
    agent_list abandoned;
    {
        const std::lock_guard guard{workers_lock_}; // against spawn()
        phase expected = phase::idle;
        if (!phase_.compare_exchange_strong(expected, phase::running))
            refuse("fibers::runtime::run: a runtime runs once");
        agent_list admitted;
        while (fiber_record* const fiber = outside_.pop_oldest())
            (fiber->admit() ? admitted : abandoned).push_back(*fiber);
        while (!admitted.empty())
            outside_.push(static_cast<fiber_record&>(admitted.pop_front()));
    }
    while (!abandoned.empty()) {
        spawned_outside_.fetch_sub(1);
        static_cast<fiber_record&>(abandoned.pop_front()).release();
    }
}

void runtime_core::start_other_workers() {
    const unsigned count = options_.workers;
    {
        const std::lock_guard guard{workers_lock_};
        workers_.reserve(count);
        for (unsigned i = 0; i < count; ++i)
            workers_.push_back(std::make_unique<worker>(*this, receptions_[i]));
    }
    for (unsigned i = 1; i < count; ++i)
        threads_.emplace_back([this, i] { run_other_worker(i); });
}

void runtime_core::run_other_worker(unsigned index) noexcept {
    name_this_thread(options_.name, index);
    const overflow_report_on_this_thread overflow_report;
    const affinity_scope affinity{options_.cpus, index};
    root_record root;
    workers_[index]->attach(root);
    parking until_the_end{"the end of the runtime", this};
    until_the_end.begin(interruption::ignored);
    if (workers_[index]->quit().await(until_the_end.who()))
        until_the_end.commit();
    else
        until_the_end.cancel();
    this_worker->detach();
}

void runtime_core::await_last_fiber() noexcept {
    parking until_empty{"the last fibers of the runtime", this};
    until_empty.begin(interruption::ignored);
    // Either this sees that the last fiber has finished, or note_finish() sees that this waits.
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (fibers_left())
        until_empty.commit();
    else
        until_empty.cancel();
}

bool runtime_core::close_if_empty() noexcept {
    const std::lock_guard guard{workers_lock_};
    if (fibers_left())
        return false; // spawned from outside in the last moment
    phase_.store(phase::over);
    return true;
}

void runtime_core::stop_other_workers() noexcept {
    phase_.store(phase::over);
    blocking_threads_.end();
    for (std::size_t i = 0; i < threads_.size(); ++i)
        workers_[i + 1]->quit().announce();
    for (std::thread& thread : threads_)
        thread.join();
    threads_.clear();
    const std::lock_guard guard{workers_lock_};
    workers_.clear();
}

void runtime_core::note_finish() noexcept {
    std::atomic_thread_fence(std::memory_order_seq_cst); // pairs with await_last_fiber()
    fiber_record& main = workers_.front()->root();
    if (!fibers_left() && main.claim(outcome::woken))
        schedule(main);
}

bool runtime_core::fibers_left() const noexcept {
    // Finished first: a fiber that is counted as finished has been counted as spawned before.
    std::uint64_t finished = 0;
    for (const auto& w : workers_)
        finished += w->finished();
    std::uint64_t spawned = spawned_outside_.load();
    for (const auto& w : workers_)
        spawned += w->spawned();
    return spawned != finished;
}

// ---- new fibers on their way to a worker

bool runtime_core::spawn(fiber_record& fiber) noexcept {
    if (this_worker && &this_worker->core() == this) {
        this_worker->spawn(fiber);
        return true;
    }
    const std::lock_guard guard{workers_lock_};
    if (phase_.load() == phase::over)
        return false;
    if (phase_.load() == phase::idle)
        fiber.await_run();
    spawned_outside_.fetch_add(1);
    outside_.push(fiber);
    for (const auto& w : workers_)
        if (w->wake_if_sleeping())
            break;
    return true;
}

worker& runtime_core::least_loaded_worker() noexcept {
    return **std::min_element(workers_.begin(), workers_.end(),
                              [](const auto& a, const auto& b) { return a->load() < b->load(); });
}

bool runtime_core::take_outside_work(worker& taker) noexcept {
    if (outside_.size() == 0)
        return false;
    outside_.give_half_to(taker.fresh(), fresh_queue::max_stolen);
    return taker.fresh().size() != 0;
}

bool runtime_core::find_work_for(worker& thief) noexcept {
    if (take_outside_work(thief))
        return true;
    if (workers_.size() == 1 || !steal_for(thief))
        return false;
    if (work_exists())
        invite_thief(); // there is enough for another one
    return true;
}

bool runtime_core::steal_for(worker& thief) noexcept {
    for (const auto& victim : workers_) {
        if (victim.get() == &thief || victim->fresh().size() == 0)
            continue;
        const std::size_t there = victim->load(), here = thief.load();
        if (there <= here + 1) {
            // Placed there, and perhaps its worker is just waking up; or it is stuck in one fiber.
            if (!stays_put(*victim, thief, patience_with_few))
                continue;
        } else if (victim->fresh().size() == 1 && !stays_put(*victim, thief, patience_with_many)) {
            continue; // about to run where somebody waits for it
        }
        victim->fresh().give_half_to(thief.fresh(), there > here ? (there - here + 1) / 2 : 1);
        if (const std::size_t stolen = thief.fresh().size(); stolen != 0) {
            thief.note_stolen(stolen);
            return true;
        }
    }
    return false;
}

bool runtime_core::work_exists() const noexcept {
    if (outside_.size() != 0)
        return true;
    for (const auto& w : workers_)
        if (w->fresh().size() != 0)
            return true;
    return false;
}

void runtime_core::note_sleeping() noexcept {
    sleepers_.fetch_add(1, std::memory_order_seq_cst);
}

void runtime_core::note_awake() noexcept {
    sleepers_.fetch_sub(1, std::memory_order_relaxed);
    // Perhaps this was the thief, perhaps not; at worst a second one is invited.
    thief_on_its_way_.store(false, std::memory_order_seq_cst);
}

void runtime_core::wake_thief() noexcept {
    if (thief_on_its_way_.exchange(true, std::memory_order_seq_cst))
        return;
    for (const auto& w : workers_)
        if (w->wake_if_sleeping())
            return;
    thief_on_its_way_.store(false, std::memory_order_relaxed);
}

} // namespace fibers::detail
